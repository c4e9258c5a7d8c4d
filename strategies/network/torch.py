"""PyTorch in one process: an eager training loop on rows that are on the device once, on the CPU or a GPU.

The whole train split is read into one float32 matrix, and batches of shuffled indices are gathered from it. It does
the work of `tensorflow`: the same layers, batches, optimiser and loss.

Knobs: no DataLoader, whose workers would copy rows that are in memory already; as many threads inside operations and
between them as there are cores; fused Adam; no ``torch.compile``, which takes longer than all of the training at this
size; on a GPU no mixed precision, since tabular layers are too small to gain from it. Scoring goes in pieces of
4,096 rows, which stay in the cache, on a GPU in whole batches; of a model out of a file, batch normalisation is folded
into the weights before it (1.3 times the rows for each CPU second).

PyTorch's own guide recommends one process until data or model are too large for one device:
https://docs.pytorch.org/tutorials/beginner/dist_overview.html
"""

from bench import Skip, Strategy, hookimpl, rows
from strategies.lib.networks import files
from strategies.lib.networks.framework import examine
from strategies.lib.torch import heads, network
from strategies.lib.torch.given import TORCH
from strategies.lib.torch.scoring import score
from strategies.lib.torch.training import fit


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("torch", "pyarrow"),
        install="tf-spark-bench[torch]",
        scores="reference",
        problems=heads.PROBLEMS,
        weights=True,
        most_categories=network.MOST_CATEGORIES,
        networks=True,
        saves=True,
        recommended="data that fits in one machine's memory, in PyTorch",
    )


@hookimpl
def bench_setup(trial):
    if trial.model is not None and files.framework_of(trial.model) != files.TORCH:
        raise Skip("It scores with PyTorch models, and this one is Keras': see --model.")
    rows.import_libraries(trial.threads_per_worker)
    torch = network.import_torch(trial.threads_per_worker)
    trial.note("device", network.device_name(torch))
    examine(trial, TORCH)
    return torch


@hookimpl
def bench_train(trial, session):
    torch = session
    with trial.phase("load"):
        features, labels, weights = rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)
    return fit(torch, trial, features, labels, weights)


@hookimpl
def bench_predict(trial, session, model):
    return score(session, trial, model)
