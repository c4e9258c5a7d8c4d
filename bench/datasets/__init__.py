"""Datasets: made, imported, found by name, checked; importing this imports nothing heavy."""

from bench.datasets.ensure import ensure
from bench.datasets.format.manifest import Manifest, load_manifest, read_manifest
from bench.datasets.store import home, open_dataset

__all__ = ["Manifest", "ensure", "home", "load_manifest", "open_dataset", "read_manifest"]
