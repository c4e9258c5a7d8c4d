"""LightGBM's network in a barrier stage keeps the contract, and none of its known traps hangs or fools it."""

from collections.abc import Callable

import pytest

from bench.records.directory import Record
from tests.conftest import CONTROL

FAULTS = """
    import os
    import signal
    import socket
    import time
    from dataclasses import replace

    from strategies.lib.spark import barrier
    from strategies.lib.ranks import watchdog
    from strategies.lib.ranks.errors import RankError
    from strategies.lib.spark import shards
    from strategies.trees import lightgbm_spark
    from strategies.trees.lightgbm_spark import bench_setup, bench_teardown, network, train_rank

    watchdog.SECONDS_TO_WAIT = 10  # here and in the ranks
    taken = []

    @hookimpl
    def bench_train(trial, session):
        trial = replace(trial, bins=16, learning_rate=0.3)
        for fault in (has_three_rows, dies, stalls, leaves):
            try:
                barrier.run(trial, session, fault)
            except RankError as error:
                trial.note(fault.__name__, str(error))
        lightgbm_spark.train_rank = finds_its_port_taken
        trial.note("trees", lightgbm_spark.bench_train(trial, session).count("Tree="))

    def has_three_rows(rank, trial):
        if rank.index == 1:
            read = shards.read
            shards.read = lambda *arguments: (*(array[:3] for array in read(*arguments)[:2]), None)
        return train_rank(rank, trial)

    def dies(rank, trial):
        return in_the_second_round(rank, trial, lambda booster: os.kill(os.getpid(), signal.SIGKILL))

    def stalls(rank, trial):
        return in_the_second_round(rank, trial, lambda booster: time.sleep(600))

    def leaves(rank, trial):
        def leave(booster):
            booster.free_network()
            time.sleep(600)

        return in_the_second_round(rank, trial, leave)

    def in_the_second_round(rank, trial, act):
        import lightgbm

        update = lightgbm.Booster.update

        def acting(booster):
            if rank.index == 1 and booster.current_iteration() == 1:
                act(booster)
            return update(booster)

        lightgbm.Booster.update = acting
        return train_rank(rank, trial)

    def finds_its_port_taken(rank, trial):
        lightgbm_spark.network = lambda *arguments: take_port(rank, trial, network(*arguments))
        return train_rank(rank, trial)

    def take_port(rank, trial, settings):
        first = trial.scratch / "first"
        if rank.index == 1 and not first.exists():
            first.touch()
            taken.append(socket.create_server(("", settings["local_listen_port"])))
        return settings
"""


@pytest.mark.timeout(600)
def test_its_traps_are_errors_and_never_hangs(trial_of: Callable[..., Record]) -> None:
    """A tiny shard is refused, a dead, stalled or early-leaving peer is an error, and a taken port is chosen anew."""
    record = trial_of(FAULTS, facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert "has 3 rows, and LightGBM needs 160 on each" in notes["has_three_rows"]
    assert notes["dies"].startswith(("Rank 0: ", "The process of a rank died"))
    assert notes["stalls"].startswith("The process of a rank died")
    # Whether the others get a reset connection or spin depends on what was under way; a spinning one is ended.
    ended = ("Rank 0: LightGBMError: ", "Not every rank came within 10 s", "The process of a rank died")
    assert notes["leaves"].startswith(ended)
    assert notes["port_attempts"] == 2
    assert notes["trees"] == record["trial"]["trees"]
    assert "processes_left" not in notes
