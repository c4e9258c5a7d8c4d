"""Starts Horovod's ranks on Spark, waits for them with limits, and ends all of them when one fails."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.rows import driver_keys
from bench.spark import is_local
from strategies.lib.ranks import answers, watchdog
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import barrier
from strategies.lib.spark.horovod_servers import bound_to

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial
    from bench.rows import Keys
    from strategies.lib.ranks.reports import RankReport
    from strategies.lib.spark.barrier import Rank

ENVIRONMENT = {
    # The default of 30 is short where ranks import TensorFlow on few cores.
    "HOROVOD_GLOO_TIMEOUT_SECONDS": str(watchdog.SECONDS_TO_WAIT),
    "HOROVOD_LOG_LEVEL": "error",
    "TF_USE_LEGACY_KERAS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}


def check_hosts(trial: Trial, spark: SparkSession) -> None:
    """Check that the hosts of a cluster can reach each other by their own names.

    Args:
        trial: Gives the master and the number of ranks.
        spark: The session.

    Raises:
        RankError: They cannot.
    """
    if not is_local(trial.master):
        barrier.run(trial, spark, check_name)


def check_name(rank: Rank, trial: Trial) -> None:
    """Check that a host's own name leads to an address that the other hosts can reach.

    Horovod's process sets listen where the name leads, whatever the interface (``InitializeForProcessSet`` of 0.28.1):
    at a loopback address, as Debian has it in ``/etc/hosts``, the ranks of other hosts end by a signal.

    Args:
        rank: The rank that runs on the host.
        trial: The trial.

    Raises:
        RankError: It does not.
    """
    name = socket.gethostname()
    try:
        address = socket.gethostbyname(name)
    except OSError:
        address = "nowhere"
    if rank.several_hosts and (address == "nowhere" or address.startswith("127.")):
        raise RankError(
            f"The name {name} leads to {address} on that host, where other hosts cannot reach Horovod: give it the "
            "host's address in its /etc/hosts."
        )


def run(function: Callable[[Trial, float], RankReport], trial: Trial) -> list[RankReport]:
    """Call ``function(trial, called_at)`` on every rank and return the reports in the order of the ranks.

    Args:
        function: A function of a module's top level; ``called_at`` is this moment, seconds since the epoch.
        trial: Gives the number of ranks and the master.

    Raises:
        RankError: A rank failed, or the ranks did not start in time.
    """
    import horovod.spark
    from horovod.spark import gloo_run, runner
    from horovod.spark.driver.driver_service import SparkDriverService

    host = _loopback_host()
    remote_shell, make_mapper = gloo_run.rsh, runner._make_mapper
    common_interfaces = SparkDriverService.get_common_interfaces
    gloo_run.rsh = _shell_that_ends_all(remote_shell)
    runner._make_mapper = _wrapped_mapper(driver_keys(trial.dataset), host, make_mapper)
    SparkDriverService.get_common_interfaces = _reachable(common_interfaces)
    try:
        with bound_to(host):
            found = horovod.spark.run(
                partial(answers.call_and_count, function),
                (trial, time.time()),
                num_proc=trial.workers,
                start_timeout=watchdog.SECONDS_TO_START,
                use_gloo=True,
                env=dict(ENVIRONMENT),  # beside that of the executor
                nics={"lo"} if host else None,  # Horovod then tries all
                executable=os.environ["PYSPARK_PYTHON"],  # which may lie elsewhere on the executors
                verbose=0,
            )
    except RuntimeError as error:
        raise RankError(_sentence(str(error))) from error
    finally:
        gloo_run.rsh, runner._make_mapper = remote_shell, make_mapper
        SparkDriverService.get_common_interfaces = common_interfaces
    return [answers.unpack(answer) for answer in found]


def _loopback_host() -> str | None:
    """Return the driver's address where it is a loopback address, and all of the job on this machine; else None."""
    from pyspark import SparkContext

    host = SparkContext.getOrCreate().getConf().get("spark.driver.host")
    return host if host.startswith("127.") else None


def _reachable(find: Callable[[Any], set[str]]) -> Callable[[Any], set[str]]:
    """Return a method that finds the interfaces by which ranks reach the driver.

    Horovod's own finds those by which ranks reach each other. Where all of them are on one host, as a single rank is,
    the loopback is among them, and then it is chance whether they ask for the driver there and end by a signal.

    Args:
        find: ``SparkDriverService.get_common_interfaces``.
    """

    def find_reachable(driver: Any) -> set[str]:
        found, own = find(driver), driver.addresses()
        reachable = {name for name in found if any(not address.startswith("127.") for address, _ in own.get(name, ()))}
        return reachable or found

    return find_reachable


def _wrapped_mapper(keys: Keys, host: str | None, make_mapper: Callable[..., Any]) -> Callable[..., Any]:
    """Return a maker of the function that Spark's tasks call, with the driver's keys and their own address inside it.

    Keys travel in Spark's own closure, because Horovod signs its own messages and does not encrypt them. A rank's
    environment is a copy of its task's, made when the task's service starts (``SparkTaskService``).

    Args:
        keys: The driver's keys.
        host: Where the servers of tasks listen; None for all interfaces.
        make_mapper: Horovod's own maker.
    """

    def make(*arguments: Any) -> Callable[..., Any]:
        mapper = make_mapper(*arguments)

        def call(index: int, rows: Any) -> Any:
            keys.use()
            with bound_to(host):
                yield from mapper(index, rows)

        return call

    return make


def _shell_that_ends_all(remote_shell: Callable[..., int]) -> Callable[..., int]:
    """Return a remote shell that, when its command fails, aborts the commands of all others too.

    With gloo on Spark, Horovod 0.28.1 waits for all ranks before it says that one has failed
    (``launch_gloo``, ``block_until_all_done``), and so for ever where another one hangs.

    Args:
        remote_shell: Horovod's own; its last argument is the list of events that abort a command.
    """

    def call(*arguments: Any) -> int:
        code = remote_shell(*arguments)
        if code != 0:
            for event in arguments[-1]:
                event.set()
        return code

    return call


def _sentence(text: str) -> str:
    if found := re.search(r"Process name: (\S+)\s+Exit code: (\S+)", text):
        return f"Rank {found[1]} ended with exit code {found[2]}, and with it all others: see the log."
    return " ".join(text.split())
