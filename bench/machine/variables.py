"""The environment variables that a trial inherits, and the treatment of each; imports the standard library only.

`RULES` is the whole list. A trial runs in the user's environment, so that a variable of a notebook or a login shell may
break a strategy, or change its figures unseen: what breaks a trial or misleads it is taken away, what users may mean to
set and what changes figures goes into the record, where runs that differ in it are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bench import scrub

AWAY, AWAY_LOCALLY, SET, KEPT = "taken away", "taken away in local mode", "set", "recorded"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PROXIES = ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy")
WITHOUT_PROXY = ("no_proxy", "NO_PROXY", "no_grpc_proxy")
LONGEST = 500  # characters of a value in a record


@dataclass(frozen=True)
class Rule:
    """The treatment of some environment variables.

    Attributes:
        names: Their names; a ``*`` stands for any characters.
        treatment: ``AWAY``, ``AWAY_LOCALLY``, ``SET`` or ``KEPT``.
        reason: The reason, for people.
        value: The value that they are set to.
    """

    names: tuple[str, ...]
    treatment: str
    reason: str
    value: str = ""

    def covers(self, name: str) -> bool:
        """Return whether a variable of that name is one of these."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)


def _rule(treatment: str, names: str, reason: str, value: str = "") -> Rule:
    return Rule(tuple(names.split()), treatment, reason, value)


# The first rule that covers a name counts.
RULES = (
    _rule(AWAY, "PYTHONOPTIMIZE", "without docstrings XGBoost and TensorFlow do not import"),
    _rule(
        AWAY,
        "PYTHONDEVMODE PYTHONTRACEMALLOC PYTHONMALLOC PYTHONMALLOCSTATS PYTHONASYNCIODEBUG PYTHONPROFILEIMPORTTIME "
        "PYTHONVERBOSE PYTHONDUMPREFS PYTHONINSPECT PYTHONPERFSUPPORT PYTHON_PERF_JIT_SUPPORT",
        "aids of debugging: they slow Python down, or flood the log",
    ),
    _rule(AWAY, "PYTHONWARNINGS", "where it turns warnings into errors, one of any library would end a trial"),
    _rule(AWAY, "PYTHONIOENCODING", "a strategy that prints would fail where it cannot say a character"),
    _rule(AWAY, "PYTHONDONTWRITEBYTECODE", "each trial would compile all that it imports"),
    _rule(AWAY, "PYTHON_CPU_COUNT", "the cores of a trial are those of `--cores`"),
    _rule(SET, "PYTHONHASHSEED", "the order of sets is the same in each trial, and in each process of Spark's", "0"),
    _rule(
        AWAY,
        "SPARK_REMOTE SPARK_CONNECT_* SPARK_API_MODE MASTER",
        "Spark would be a client of Spark Connect, which has no RDDs and no barrier stages; `--master` names it",
    ),
    _rule(
        AWAY,
        "PYSPARK_GATEWAY_*",
        "the notebook's JVM, which a trial would use in place of its own",
    ),
    _rule(
        AWAY,
        "PYSPARK_SUBMIT_ARGS SPARK_DRIVER_* SPARK_EXECUTOR_*",
        "Spark's settings are those of `--spark-conf` and `--spark-conf-file`, which are recorded",
    ),
    _rule(
        AWAY,
        "SPARK_LOCAL_DIRS",
        "the driver's files belong into the trial's scratch directory, which `TMPDIR` moves; workers have their own",
    ),
    _rule(
        AWAY,
        "SPARK_TESTING SPARK_SQL_TESTING SPARK_PREPEND_CLASSES SPARK_ENV_LOADED SPARK_PREFER_IPV6 SPARK_REUSE_WORKER "
        "SPARK_BUFFER_SIZE SPARK_PIPELINED_UDF* PYTHON_UDF_BATCH_SIZE PYSPARK_PIN_THREAD PYSPARK_DRIVER_PYTHON* "
        "PYSPARK_EXECUTOR_MEMORY_MB PYSPARK_ENABLE_NAMEDTUPLE_PATCH",
        "Spark's own means to tell its processes something",
    ),
    _rule(
        AWAY_LOCALLY,
        "SPARK_HOME SPARK_CONF_DIR SPARK_DIST_CLASSPATH SPARK_CLASSPATH SPARK_LOCAL_HOSTNAME SPARK_PUBLIC_DNS "
        "PYSPARK_PYTHON",
        "those of a cluster: another Spark, settings that no record has, or another Python",
    ),
    _rule(
        AWAY,
        "TF_CONFIG TF_KERAS KERAS_BACKEND",
        "they make a process a member of another cluster, or Keras one without TensorFlow",
    ),
    _rule(AWAY, "TF_NUM_INTRAOP_THREADS TF_NUM_INTEROP_THREADS", "the threads of a worker follow from `--cores`"),
    _rule(
        AWAY,
        "HOROVOD_RANK HOROVOD_SIZE HOROVOD_LOCAL_* HOROVOD_CROSS_* HOROVOD_CONTROLLER HOROVOD_CPU_OPERATIONS "
        "HOROVOD_HOSTNAME HOROVOD_GLOO_* DMLC_*",
        "they make a process a rank of another job",
    ),
    _rule(
        SET,
        "OMP_WAIT_POLICY",
        "threads that spin for a descheduled sibling make a training beside other programs up to 36 times as long, and "
        "its CPU seconds with it; asleep they take 2 to 4 % longer on a quiet machine",
        "PASSIVE",
    ),
    _rule(
        KEPT,
        "OMP_* GOMP_* KMP_* OPENBLAS_* GOTO_* BLIS_* MKL_* DNNL_* ONEDNN_* NUMEXPR_* ARROW_*",
        "they place threads, let them spin, or choose instructions; the number of threads is the harness's",
    ),
    _rule(
        KEPT,
        "XLA_FLAGS TF_XLA_FLAGS TF_ENABLE_* TF_DISABLE_* TF_GPU_* TF_FORCE_* TF_CUDNN_* TF_CUBLAS_* TF_MKL_* "
        "TF_DETERMINISTIC_OPS TF_OVERRIDE_GLOBAL_THREADPOOL",
        "TensorFlow's own switches; one that it does not know may end it",
    ),
    _rule(KEPT, "CUDA_* NCCL_* NVIDIA_TF32_OVERRIDE NVIDIA_VISIBLE_DEVICES", "they choose GPUs and their paths"),
    _rule(KEPT, "HOROVOD_*", "Horovod's own switches, such as the size of its buffers"),
    _rule(
        KEPT,
        "JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS SPARK_SUBMIT_OPTS SPARK_LAUNCHER_OPTS",
        "options of each JVM: its heap, its collector, its compiler",
    ),
    _rule(KEPT, "MALLOC_* GLIBC_TUNABLES TCMALLOC_* MIMALLOC_* LD_*", "another allocator, or other libraries"),
)


def for_trial(environ: Mapping[str, str], *, local: bool = True) -> dict[str, str]:
    """Return the environment of a trial's processes, before the harness adds its own variables.

    Loopback is reached without a proxy: the processes of a trial talk to each other there.

    Args:
        environ: The environment that is inherited.
        local: Whether Spark would be this environment's own: in local mode, and in a local cluster.
    """
    away = {AWAY, SET, *([AWAY_LOCALLY] if local else [])}
    kept = {
        name: value for name, value in environ.items() if (rule := _find(name)) is None or rule.treatment not in away
    }
    constants = {name: rule.value for rule in RULES if rule.treatment == SET for name in rule.names}
    return {**kept, **constants, **without_proxy(kept, LOOPBACK)}


def recorded(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that change figures, by name and without credentials.

    Those that hold a number of threads are left out: the harness sets them.

    Args:
        environ: The environment that is inherited.
    """
    found = {}
    for name in sorted(environ):
        rule = _find(name)
        if rule and rule.treatment == KEPT and not name.endswith("_NUM_THREADS") and not scrub.names_a_secret(name):
            found[name] = scrub.text(environ[name], environ)[:LONGEST]
    return found


def taken_away(environ: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that no trial in local mode gets, or gets with another value.

    Args:
        environ: The environment that is inherited.
    """
    return [name for name in sorted(environ) if (rule := _find(name)) and rule.treatment != KEPT]


def without_proxy(environ: Mapping[str, str], hosts: Iterable[str]) -> dict[str, str]:
    """Return the variables by which hosts are reached directly; none where no proxy is set.

    The proxy stays for all other hosts, such as an object store's. Libraries read ``no_proxy`` or ``NO_PROXY``, and
    gRPC ``no_grpc_proxy`` alone where it is set: each list that is there is set, and ``no_proxy`` in any case.

    Args:
        environ: The environment.
        hosts: Names or addresses of hosts.
    """
    if not any(value and name.lower() in PROXIES for name, value in environ.items()):
        return {}
    general = environ.get("no_proxy") or environ.get("NO_PROXY", "")
    found = {name: environ.get(name) or general for name in WITHOUT_PROXY if name == "no_proxy" or name in environ}
    return {name: _joined(value, hosts) for name, value in found.items()}


def _joined(listed: str, hosts: Iterable[str]) -> str:
    parts = [part.strip() for part in listed.split(",") if part.strip()]
    return "*" if "*" in parts else ",".join(dict.fromkeys([*parts, *hosts]))


def _find(name: str) -> Rule | None:
    return next((rule for rule in RULES if rule.covers(name)), None)
