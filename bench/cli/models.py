"""The options of `bench run` about models: one to score with, a network to train, and where trained ones are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from bench import networks
from bench.datasets import home
from bench.model import Storage
from bench.stores.filesystem import from_environment, is_uri
from bench.stores.models import fetch, normal_place

OPTIONS = (
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
    click.option(
        "--save-model", metavar="DIR|URI", help="Where to keep the models that are trained.  [default: nowhere]"
    ),
)


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb these options, and its function the arguments of their names."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def places(wanted: Mapping[str, Any], storage: Storage) -> dict[str, str | None]:
    """Return the values of those options that name places, as a request has them; a model in a store is copied.

    Args:
        wanted: The options.
        storage: How to reach a store.
    """
    model, network, save_model = wanted["model"], wanted["network"], wanted["save_model"]
    return {
        "model": model and _on_disk(model, storage),
        "network": network and networks.absolute(network),
        "save_model": save_model and normal_place(save_model),
    }


def _on_disk(model: str, storage: Storage) -> str:
    if is_uri(model):
        return str(fetch(model, from_environment(model, storage), home() / ".models"))
    return str(click.Path(exists=True, resolve_path=True).convert(model, None, click.get_current_context()))
