"""The options about models: one to score with, a network to train, and where results and files are put."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from bench import networks
from bench.datasets import home
from bench.model import Storage
from bench.stores.filesystem import from_environment, is_uri
from bench.stores.models import fetch, normal_place

INPUTS = (
    click.option(
        "--model", metavar="PATH|URI", help="Keras or PyTorch model to score with.  [default: one that is made once]"
    ),
    click.option(
        "--network",
        metavar="NAME|FILE.py:FUNCTION",
        help="Network to train: a function that builds it, or wide or dcn.  [default: the family's own]",
    ),
    click.option(
        "--network-arg",
        "network_args",
        multiple=True,
        metavar="NAME=VALUE",
        help="Argument for it; may be given again.",
    ),
)
SAVE_MODEL = click.option(
    "--save-model", metavar="DIR|URI", help="Where to keep the models that are trained.  [default: nowhere]"
)
PLACES = (
    click.option(
        "--predictions",
        metavar="DIR|URI",
        help="Where to leave predictions (tasks predict, pipeline); they are graded from there.  [default: nowhere]",
    ),
    click.option(
        "--shared",
        metavar="DIR|URI",
        help="Place that all hosts of a cluster see, for files of hand-offs (task handoff).  [default: TMPDIR]",
    ),
)


def model_inputs(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options of what is scored with and what is trained."""
    for option in reversed(INPUTS):
        command = option(command)
    return command


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give `bench run` these options, and its function the arguments of their names."""
    for option in reversed((*INPUTS, SAVE_MODEL, *PLACES)):
        command = option(command)
    return command


def places(wanted: Mapping[str, Any], storage: Storage) -> dict[str, str | None]:
    """Return the values of those options that name places, as a request has them; a model in a store is copied.

    Args:
        wanted: The options.
        storage: How to reach a store.
    """
    model, network = wanted["model"], wanted["network"]
    save_model, predictions, shared = (wanted.get(name) for name in ("save_model", "predictions", "shared"))
    return {
        "model": model and _on_disk(model, storage),
        "network": network and networks.absolute(network),
        "save_model": save_model and normal_place(save_model),
        "predictions": predictions and normal_place(predictions),
        "shared": shared and normal_place(shared),
    }


def _on_disk(model: str, storage: Storage) -> str:
    if is_uri(model):
        return str(fetch(model, from_environment(model, storage), home() / ".models"))
    return str(click.Path(exists=True, resolve_path=True).convert(model, None, click.get_current_context()))
