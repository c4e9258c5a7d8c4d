"""Ranks reach each other, past a proxy, or say in one sentence that they cannot."""

import os
import socket
from contextlib import closing
from types import SimpleNamespace

import pytest

from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import peers


class OneRank:
    """Spark's context of a stage of one rank."""

    def getTaskInfos(self) -> list[SimpleNamespace]:  # noqa: N802 - Spark's name
        """Return the address of the rank, as Spark writes it."""
        return [SimpleNamespace(address="127.0.0.2:1234")]

    def partitionId(self) -> int:  # noqa: N802 - Spark's name
        """Return the number of the rank."""
        return 0

    def allGather(self, message: str) -> list[str]:  # noqa: N802 - Spark's name
        """Return the messages of all ranks."""
        return [message]


def test_the_ranks_hosts_are_reached_past_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a proxy in the environment the addresses of the ranks become exceptions, and the proxy stays."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", ".corp")
    with peers.reachable(OneRank()):
        assert os.environ["no_proxy"] == ".corp,127.0.0.2"
        assert os.environ["https_proxy"] == "http://127.0.0.1:9"


def test_a_rank_that_cannot_reach_another_one_says_so() -> None:
    """The sentence names both ranks and the host; where all answer there is none, and a rank does not try itself."""
    with socket.create_server(("127.0.0.1", 0)) as server, closing(socket.socket()) as closed:
        closed.bind(("127.0.0.1", 0))
        good, bad = server.getsockname(), closed.getsockname()
        peers.connect([good, bad], own=1)
        with pytest.raises(RankError, match=r"^Rank 0 cannot reach rank 1 at 127\.0\.0\.1 \(Connection refused\): let"):
            peers.connect([bad, bad, good], own=0)
