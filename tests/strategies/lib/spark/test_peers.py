"""A rank that cannot reach another one says so; `test_three_hosts.py` has ranks meet behind a proxy."""

import socket
from contextlib import closing

import pytest

from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import peers


def test_a_rank_that_cannot_reach_another_one_says_so() -> None:
    """The sentence names both ranks and the host; where all answer there is none, and a rank does not try itself."""
    with socket.create_server(("127.0.0.1", 0)) as server, closing(socket.socket()) as closed:
        closed.bind(("127.0.0.1", 0))
        good, bad = server.getsockname(), closed.getsockname()
        peers.connect([good, bad], own=1)
        with pytest.raises(RankError, match=r"^Rank 0 cannot reach rank 1 at 127\.0\.0\.1 \(Connection refused\): let"):
            peers.connect([bad, bad, good], own=0)
