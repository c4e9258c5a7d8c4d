"""What a trial inherits from the user's shell neither breaks it nor changes a figure unseen."""

import json
import os
from collections.abc import Callable

import pytest

from bench import environment
from bench.machine import variables
from bench.records.directory import Record
from tests.conftest import CONTROL

pytestmark = pytest.mark.every_python
SEES = """
    import os
    import sys

    @hookimpl
    def bench_train(trial):
        trial.note("environ", dict(os.environ))
        trial.note("optimised", sys.flags.optimize)
"""


def test_a_trial_gets_none_that_breaks_it_and_all_others(
    trial_of: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook's gateway, an optimising Python and another Spark stay away; what nobody knows is handed on."""
    away = {"PYTHONOPTIMIZE": "2", "SPARK_REMOTE": "sc://x", "PYSPARK_GATEWAY_PORT": "9", "SPARK_HOME": "/nowhere"}
    for name, value in {**away, "OF_THE_USER": "1", "OMP_PLACES": "cores"}.items():
        monkeypatch.setenv(name, value)
    notes = trial_of(SEES, facts=CONTROL)["notes"]
    assert notes["optimised"] == 0
    assert not away.keys() & notes["environ"].keys()
    assert notes["environ"]["OF_THE_USER"] == "1"
    assert notes["environ"]["OMP_PLACES"] == "cores"
    assert notes["environ"]["PYTHONHASHSEED"] == "0"


def test_a_cluster_keeps_its_own_spark() -> None:
    """On a cluster SPARK_HOME and its settings are the user's; a client of Spark Connect it is nowhere."""
    inherited = {"SPARK_HOME": "/opt/spark", "SPARK_CONF_DIR": "/etc/spark", "SPARK_REMOTE": "sc://x"}
    assert "SPARK_REMOTE" not in variables.for_trial(inherited, local=False)
    assert variables.for_trial(inherited, local=False).items() >= {"SPARK_CONF_DIR": "/etc/spark"}.items()
    assert not inherited.keys() & variables.for_trial(inherited, local=True).keys()


@pytest.mark.parametrize(
    "name", ["OMP_PROC_BIND", "XLA_FLAGS", "LD_PRELOAD", "MALLOC_ARENA_MAX", "CUDA_VISIBLE_DEVICES"]
)
def test_runs_that_differ_in_one_that_changes_figures_are_told_apart(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a variable is a fact of the environment, by its name, and without it there is no such fact."""
    monkeypatch.delenv(name, raising=False)
    before = environment.describe(cores=1)
    monkeypatch.setenv(name, "1")
    after = json.loads(json.dumps(environment.describe(cores=1)))
    assert before["fingerprint"] != after["fingerprint"] == environment.fingerprint(after)
    facts = environment.facts(after)
    assert {key: facts[key] for key in facts if key not in environment.facts(before)} == {f"variable {name}": "1"}


def test_no_secret_is_recorded_with_a_variable() -> None:
    """Options of Java may hold a password, and a variable's name may say that it is a secret."""
    found = variables.recorded(
        {
            "JAVA_TOOL_OPTIONS": "-Dhttp.proxyPassword=planted -Xmx1g",
            "TF_ENABLE_TOKEN": "planted",
            "TF_VAR_password": "planted",
        }
    )
    assert "planted" not in json.dumps(found)
    assert "-Xmx1g" in found["JAVA_TOOL_OPTIONS"]


def test_threads_that_the_harness_sets_are_no_fact() -> None:
    """OMP_NUM_THREADS of the shell reaches no trial, so two runs that differ in it are alike."""
    assert variables.recorded({"OMP_NUM_THREADS": "7", "MKL_NUM_THREADS": "7"}) == {}


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "grpc_proxy", "all_proxy"])
def test_loopback_is_reached_past_a_proxy(name: str) -> None:
    """Where a proxy is set it stays, and whatever list of exceptions there is gets the loopback addresses."""
    loopback = ",".join(variables.LOOPBACK)
    found = variables.for_trial({name: "http://proxy:3128", "NO_PROXY": ".corp, 127.0.0.1", "no_grpc_proxy": "a"})
    assert found[name] == "http://proxy:3128"
    assert found["no_proxy"] == found["NO_PROXY"] == ".corp,127.0.0.1,localhost,::1"
    assert found["no_grpc_proxy"] == f"a,{loopback}"
    assert variables.without_proxy({name: "x", "no_proxy": "*"}, ["a"]) == {"no_proxy": "*"}
    assert variables.without_proxy({"no_proxy": "a"}, ["b"]) == {}
    assert variables.without_proxy({name: ""}, ["b"]) == {}


def test_a_trial_that_dies_names_the_switches_that_were_set(
    trial_of: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """TensorFlow aborts over a flag that it does not know: the sentence names the variables to try without."""
    monkeypatch.setenv("XLA_FLAGS", "--nonsense")
    record = trial_of("@hookimpl\ndef bench_train(trial):\n    import os\n    os.abort()\n")
    assert record["reason"].startswith("It was killed by SIGABRT: see its log, and try it without ")
    assert "XLA_FLAGS" in record["reason"]


def test_the_first_rule_that_covers_a_name_counts_and_has_a_reason() -> None:
    """No name stands in two rules, and each rule says why."""
    names = [name for rule in variables.RULES for name in rule.names]
    assert len(names) == len(set(names))
    assert all(rule.reason for rule in variables.RULES)
    assert variables.taken_away({"HOROVOD_RANK": "0", "HOROVOD_CYCLE_TIME": "1"}) == ["HOROVOD_RANK"]
    assert "PATH" in variables.for_trial(os.environ)


def test_threads_of_openmp_sleep_while_they_wait() -> None:
    """Whatever the user's shell says: a thread that spins for a descheduled sibling fakes time and CPU seconds."""
    assert variables.for_trial({"OMP_WAIT_POLICY": "ACTIVE"})["OMP_WAIT_POLICY"] == "PASSIVE"
    assert variables.for_trial({})["OMP_WAIT_POLICY"] == "PASSIVE"
    assert "OMP_WAIT_POLICY" not in variables.recorded({"OMP_WAIT_POLICY": "ACTIVE"})
