"""Prints what a GPU gives to what can use one, beside the CPU of the same machine: `python benchmarks/gpu.py [ROUNDS]`.

First PyTorch, by the strategies' own code on rows in memory, for which torch, NumPy and pluggy are enough. Then, where
the project is installed, trials of the strategies that know GPUs, on a million random rows. Each measurement is a
process of its own, rounds are interleaved, and the CPU's answers have to be as good as the GPU's. Memory and use
come from NVIDIA's driver, by nvidia-ml-py; without it PyTorch tells its own memory.

Without a GPU it ends with one sentence and exit code 5.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # where it is not installed

NO_GPU = "There is no GPU here that PyTorch or NVIDIA's driver knows: run this on a machine with one."
EXIT_NO_GPU = 5
HIDDEN = {"CUDA_VISIBLE_DEVICES": ""}  # for the CPU's turn
# Network, rows to train on, epochs, rows of a batch. `wide` has 21 million operations for a row, forward alone.
CASES = (("mlp", 1_000_000, 2, 1024), ("mlp", 1_000_000, 2, 16_384), ("wide", 65_536, 1, 4096))
STRATEGIES = (("train", "torch"), ("train", "tensorflow"), ("train", "xgboost"), ("predict", "torch"))
STRATEGIES += (("predict", "tensorflow"),)
ROWS, NEAR = 1_000_000, 0.02  # log losses of two devices, from other sums of float32, as parts of each other
HEADING = (
    f"{'case':<34}{'device':<8}{'train, s':>10}{'rows/s':>13}{'scored/s':>13}{'log loss':>10}{'GPU MB':>9}{'busy':>7}"
)


def main(rounds: int) -> int:
    """Measure everything that this machine can, print it, and return the exit code."""
    if not (names := gpu_names()):
        print(NO_GPU, file=sys.stderr)
        return EXIT_NO_GPU
    print("; ".join(names))
    print(HEADING)
    apart = []
    if importlib.util.find_spec("torch"):
        for number, (network, rows, epochs, batch) in enumerate(CASES):
            apart += compare(f"torch, {network}, batches of {batch:,}", ["--case", str(number)], rounds, rows * epochs)
    if all(map(importlib.util.find_spec, ("pyarrow", "click", "fastjsonschema", "psutil", "sklearn"))):
        with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as home:
            for task, strategy in STRATEGIES:
                apart += compare(f"{task}, {strategy}", ["--trial", task, strategy, home], rounds, None)
    print(*apart, sep="\n", end="\n" if apart else "")
    return 1 if apart else 0


def gpu_names() -> list[str]:
    """Return the names of the GPUs that the driver or PyTorch sees."""
    from bench.trial import gpus

    if found := gpus.handles():
        import pynvml

        return [str(pynvml.nvmlDeviceGetName(handle)) for handle in found]
    if importlib.util.find_spec("torch") is None:
        return []
    import torch

    return [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]


def compare(name: str, arguments: list[str], rounds: int, rows: int | None) -> list[str]:
    """Measure one case on GPU and CPU in turn, print both medians, and return a sentence if the answers differ.

    Args:
        name: What is measured.
        arguments: Of the child, which prints its figures as JSON.
        rounds: Measurements of each.
        rows: Rows that are trained on, all epochs counted; None where the child says its rates.
    """
    seen: dict[str, list[dict[str, Any]]] = {"GPU": [], "CPU": []}
    for _ in range(rounds):
        for device in seen:
            found = child(arguments, HIDDEN if device == "CPU" else {})
            if "reason" in found:
                print(f"{name:<34}{device:<8}{found['reason']}")
                return []
            if found.get("device", device) != device:
                print(f"{name:<34}{device:<8}its framework uses the {found['device']}")
                return []
            seen[device].append({**found, **({"rate": rows / found["train_s"]} if rows else {})})
    medians = {device: median(each) for device, each in seen.items()}
    for device, found in medians.items():
        cells = [found.get("train_s"), found.get("rate"), found.get("score_rate"), found.get("loss")]
        texts = [text(cell, spec) for cell, spec in zip(cells, ("10.2f", "13,.0f", "13,.0f", "10.4f"), strict=True)]
        gpu = (text(found.get("gpu_memory_bytes", 0) / 1e6, "9,.0f"), text(found.get("gpu_share"), "7.0%"))
        print(f"{name:<34}{device:<8}{''.join((*texts, *gpu))}", flush=True)
    losses = [medians[device].get("loss") for device in ("GPU", "CPU")]
    if None not in losses and abs(losses[0] / losses[1] - 1) > NEAR:
        return [f"{name}: the GPU's log loss is {losses[0]:.4f}, and the CPU's {losses[1]:.4f}."]
    return []


def text(value: float | None, spec: str) -> str:
    """Return a figure, or as many blanks."""
    return " " * int(spec.split(",")[0].split(".")[0]) if value is None else format(value, spec)


def median(found: list[dict[str, Any]]) -> dict[str, float]:
    """Return the median of each number that all have."""
    names = [name for name, value in found[0].items() if isinstance(value, int | float)]
    return {name: statistics.median(each[name] for each in found if name in each) for name in names}


def child(arguments: list[str], environ: dict[str, str]) -> dict[str, Any]:
    """Run this file with arguments in a process of its own, and return what it says."""
    command = [sys.executable, __file__, *arguments]
    answer = subprocess.run(command, env={**os.environ, **environ}, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        return {"reason": f"it ended with exit code {answer.returncode}; the error stands above"}
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def measure_trial(task: str, strategy: str, home: str) -> dict[str, Any]:
    """Run one trial on random rows, and return the figures of its record."""
    os.environ["BENCH_DATA"] = home
    from bench import plugins
    from bench.datasets import open_dataset
    from bench.datasets.makers.synthetic import make_synthetic
    from bench.machine.limits import cores_available
    from bench.request import Request
    from bench.runs import plan
    from bench.trial import references, runner

    facts = plugins.load(strategy).strategy
    if reason := plugins.why_not(facts):
        return {"reason": reason}
    path = Path(home, "rows")
    dataset = open_dataset(str(path)) if path.exists() else make_synthetic(ROWS, name="rows").dataset
    reference = references.ensure(dataset) if task == "predict" else None
    planned = plan.make(Request(task=task, cores=cores_available()), {strategy: facts}, dataset, reference)[0]
    record = runner.run(planned, run_name="benchmark", environment="", log=Path(home, "log"), timeout_s=900)
    if record["status"] != "ok":
        return {"reason": record["reason"]}
    figures = {name: value for name, value in record["resources"].items() if name.startswith("gpu_")}
    device = {"cuda": "GPU", "cpu": "CPU"}.get(record["notes"].get("device"), record["notes"].get("device"))
    rate = "rate" if task == "train" else "score_rate"
    figures |= {"train_s": record["time_to_model_s"], rate: record["rows_per_s"], "loss": record["quality"]["log_loss"]}
    return {**figures, "device": device}


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--case"]:
        import torch_in_memory

        print(json.dumps(torch_in_memory.measure(*CASES[int(arguments[1])])))
    elif arguments[:1] == ["--trial"]:
        print(json.dumps(measure_trial(*arguments[1:])))
    else:
        sys.exit(main(int(arguments[0]) if arguments else 3))
