"""Datasets: made, imported, found by name, checked; importing this imports nothing heavy."""

from bench.datasets.manifest import Manifest, load_manifest, read_manifest
from bench.datasets.store import ensure, home, open_dataset

__all__ = ["Manifest", "ensure", "home", "load_manifest", "open_dataset", "read_manifest"]
