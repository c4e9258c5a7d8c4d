"""No work at all: its time is the harness's own overhead."""

from bench import Strategy, hookimpl


@hookimpl
def bench_strategy():
    return Strategy(family="control")


@hookimpl
def bench_predict(trial):
    return None


@hookimpl
def bench_train(trial):
    return None
