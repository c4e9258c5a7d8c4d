"""Advice from runs on a cluster: memory host by host, numbers of workers, and nodes with prices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.advise.advice import Advice, SizeQuestion, advise
from bench.advise.document import as_document
from bench.advise.hosts import peaks
from bench.advise.market import Market, MarketQuestion, trade
from bench.advise.text import after_table, question_shown
from bench.prices.machine_types import MachineType, parse
from bench.records.directory import Run
from tests.advise.clusters import Cluster
from tests.advise.measured import GIB, SIZES

LARGEST = SIZES[-1]
ASKED = 4.0 * LARGEST


def shared(rows: float, workers: int) -> float:
    """Work that divides, a start, and messages that grow with the workers."""
    return 2 + 4e-5 * rows / workers + 0.3 * workers


def ask(cluster: Cluster, *workers: int, rows: float = ASKED) -> Advice:
    """Ask about the rows, and about further numbers of workers."""
    return advise(cluster.runs(), SizeQuestion(rows, workers=workers))


def codes(advice: Advice) -> dict[int, str | None]:
    """The refusal of each number of workers."""
    return {each.contender.workers: each.refusal and each.refusal.code for each in advice.field.prospects}


def test_one_two_and_three_workers_tell_of_six() -> None:
    """Each worker has cores of its own; up to four times as many as were measured may be asked for."""
    advice = ask(Cluster(shared), 6, 13)
    assert codes(advice) == {1: None, 2: None, 3: None, 6: None, 13: "reach"}
    found = {each.contender.workers: each.time for each in advice.field.prospects}
    for workers in (1, 2, 3, 6):
        time = found[workers]
        assert time
        assert time.low95 <= shared(ASKED, workers) <= time.high95
    assert advice.field.decision
    assert advice.field.decision.best == "horovod (6 workers)"
    six = next(each for each in advice.field.prospects if each.contender.workers == 6)
    assert six.law
    assert (six.law.top.workers, six.law.top.threads_per_worker) == (6, 1)
    assert "on spark://driver:7077 (3 cores, 8 GiB a worker's host)" in question_shown(advice)
    assert any("hosts of workers is not seen" in line for line in after_table(advice))


def test_the_memory_of_a_workers_host_decides() -> None:
    """One worker does not fit, two do: each has half of the rows; the sum of all would say otherwise."""
    cluster = Cluster(shared, worker=lambda rows, workers: 2e8 + 1200 * rows / workers, memory=7 * GIB)
    advice = ask(cluster, 6)
    assert codes(advice) == {1: "memory", 2: None, 3: None, 6: None}
    one = next(each for each in advice.field.prospects if each.contender.workers == 1)
    assert one.refusal
    assert "that may be used on a worker's host" in one.refusal.reason
    six = next(each for each in advice.field.prospects if each.contender.workers == 6)
    assert six.memory
    assert six.memory.low95 <= 2e8 + 1200 * ASKED / 6 <= six.memory.high95
    said = {each["workers"]: each["memory_host"] for each in as_document(advice)["contenders"]}
    assert said == {1: None, 2: "worker", 3: "worker", 6: "worker"}


def test_the_memory_of_the_driver_decides_where_it_is_the_scarcer() -> None:
    """What the driver collects does not shrink with more workers."""
    advice = ask(Cluster(shared, driver=lambda rows: 4e8 + 3000 * rows), 6)
    assert set(codes(advice).values()) == {"memory"}
    for each in advice.field.prospects:
        assert each.refusal
        assert "on the driver's host" in each.refusal.reason


def test_memory_that_spark_did_not_measure_is_refused() -> None:
    """An executor without a peak makes its host's unknown, and no time is said without memory."""
    runs = Cluster(shared).runs()
    for run in runs:
        run.records[0]["notes"]["executors"][0]["peak_memory_bytes"] = None
    advice = advise(runs, SizeQuestion(ASKED))
    assert set(codes(advice).values()) == {"memory"}
    assert "its peak memory on a worker's host is unknown" in str(advice.field.prospects[0].refusal)


def test_executors_on_the_drivers_own_host_are_added_to_it() -> None:
    """On loopback there is one host; with several executors on one host their memory is added."""
    loopback = Cluster(shared, address=lambda _: "127.0.0.1")
    record = loopback.runs()[2].records[0]
    assert peaks(record) == {"driver": record["resources"]["peak_memory_bytes"]}
    two_hosts = Cluster(shared, address=lambda number: f"10.0.0.{2 * number % 3}")
    record = two_hosts.runs()[2].records[0]
    each = record["notes"]["executors"][0]["peak_memory_bytes"]
    assert peaks(record) == {
        "driver": record["resources"]["peak_memory_bytes"] - 2 * each,
        "worker": each,
    }


LIST = """
currency = "USD"
as_of = 2026-11-20
[[machine]]
name = "node"
cores = {cores}
memory_gib = 8
hour = 0.10
count = [1, 2, 3, 6, 16]
probe = "{probe}"
"""


def market(runs: list[Run], probe: str = "this", cores: int = 1, **probes: list[Run]) -> Market:
    """Ask for nodes of one kind of machine."""
    prices = parse(LIST.format(probe=probe, cores=cores), "machines.toml")
    return trade(advise(runs, SizeQuestion(ASKED)), MarketQuestion("cost", prices, probes))


def test_nodes_of_the_measured_kind_have_a_time_and_a_price() -> None:
    """So many nodes are so many workers, as far as the measurements reach."""
    found = market(Cluster(shared).runs())
    kept = {each.site.nodes: each for each in found.offers if not each.refusal}
    assert sorted(kept) == [1, 2, 3, 6]
    assert {nodes: each.prospect.contender.workers for nodes, each in kept.items()} == {n: n for n in kept}
    assert kept[6].cost
    assert kept[6].total
    assert kept[6].cost.estimate == pytest.approx(6 * 0.10 * kept[6].total.estimate / 3600)
    (refused,) = [each for each in found.offers if each.refusal]
    assert refused.site.nodes == 16
    assert refused.refusal
    assert refused.refusal.code == "reach"
    assert found.best
    assert found.best.site.nodes == 1  # messages make more nodes dearer, though they are faster


def test_nodes_with_other_cores_are_not_those_that_were_measured() -> None:
    """A node of two cores is another machine than one of which a core was used."""
    found = market(Cluster(shared).runs(), cores=2)
    assert found.best is None
    assert {each.refusal.code for each in found.offers if each.refusal} == {"machine"}
    assert "each worker used 1" in str(found.offers[0].refusal)


def test_one_machine_says_nothing_of_several() -> None:
    """Workers that share the cores of one machine are no nodes."""
    runs = Cluster(shared, counts=(1,), address=lambda _: "127.0.0.1", cores=2).runs("xgboost")
    for run in runs:
        del run.run["environment"]["cluster"]
        for record in run.records:
            record["notes"] = {}
    found = market(runs, cores=2)
    refused = {each.site.nodes: each.refusal for each in found.offers if each.refusal}
    assert sorted(refused) == [2, 3, 6, 16]
    assert refused[2]
    assert refused[2].code == "few"
    assert refused[2].next == "take one node, or measure on it with --master, and --workers 1,2,4"


def test_nodes_of_another_kind_are_those_that_were_probed() -> None:
    """Three of them were probed and take half as long; six are a forecast here, and nobody ran them there."""
    probe = Cluster(lambda rows, workers: shared(rows, workers) / 2, (1, 3), master="spark://other:7077", cores=2)
    runs = Cluster(shared).runs()
    there = probe.runs(sizes=SIZES[:3])
    for run in there:
        run.run["request"]["workers"] = [1, 3]
    found = market(runs, probe="other.json", cores=2, **{"other.json": there})
    kept = {each.site.nodes: each for each in found.offers if not each.refusal}
    assert sorted(kept) == [1, 3]
    assert kept[3].time
    assert kept[3].time.ratio == pytest.approx(0.5, rel=0.05)
    reasons = {each.site.nodes: each.refusal for each in found.offers if each.refusal}
    assert sorted(reasons) == [2, 6, 16]
    assert "it was not run on" in str(reasons[2])
    assert {each.code for each in reasons.values() if each} <= {"machine", "few"}


def test_a_cluster_of_another_kind_needs_a_probe_on_a_cluster() -> None:
    """A probe of one machine says nothing of several of its kind."""
    lone = replace(Cluster(shared, (1,), cores=2), address=lambda _: "127.0.0.1").runs(sizes=SIZES[:3])
    for run in lone:
        del run.run["environment"]["cluster"]
        run.run["request"]["master"] = None
    found = market(Cluster(shared).runs(), probe="other.json", cores=2, **{"other.json": lone})
    assert found.best is None
    refused = {each.site.nodes: each.refusal for each in found.offers if each.refusal}
    assert sorted(refused) == [1, 2, 3, 6, 16]
    assert {each.next for each in refused.values() if each} == {"probe there with --master"}


def test_a_list_knows_no_node_without_a_probe() -> None:
    """Whatever their number, nothing is said of machines that nobody ran on."""
    machine = MachineType("far", 1, 8 * GIB, 0.1, counts=(1, 3))
    prices = replace(parse(LIST.format(probe="this", cores=1), "machines.toml"), machines=(machine,))
    found = trade(advise(Cluster(shared).runs(), SizeQuestion(ASKED)), MarketQuestion("cost", prices))
    assert {(each.site.nodes, each.refusal.code) for each in found.offers if each.refusal} == {
        (1, "machine"),
        (3, "machine"),
    }
