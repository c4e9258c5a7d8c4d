"""No work at all: its time is the harness's own overhead."""

from bench import Strategy, hookimpl


@hookimpl
def bench_strategy():
    return Strategy(family="control", tasks=("train", "predict", "cluster", "handoff", "pipeline"))


@hookimpl
def bench_pipeline(trial):
    return None


@hookimpl
def bench_predict(trial):
    return None


@hookimpl
def bench_train(trial):
    return None


@hookimpl
def bench_handoff(trial):
    return None
