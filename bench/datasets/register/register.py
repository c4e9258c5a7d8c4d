"""Registers a table: writes a manifest of files that stay where they are, and no row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from bench.datasets.format.manifest import Manifest, write_manifest
from bench.datasets.format.stamps import stamps
from bench.datasets.makers.build import ProgressCallback, describe, ignore_progress
from bench.datasets.makers.categories import CODES
from bench.datasets.makers.ingest import default_name, provenance, whole_path
from bench.datasets.makers.plan import plan_import
from bench.datasets.makers.source import TableSource, open_source
from bench.datasets.makers.survey import Survey
from bench.datasets.register.conditions import conditions
from bench.datasets.register.pinned import file_facts, version_facts
from bench.datasets.register.recipe import as_json
from bench.datasets.register.scan import Scan, scan
from bench.datasets.register.split_rule import HASH, SplitRule
from bench.datasets.register.used_rows import UsedRows
from bench.datasets.register.view import TableView, may_hold
from bench.datasets.store import open_manifest, stage_dataset
from bench.errors import DatasetError
from bench.model import Storage
from bench.problems import PROBLEMS

VERSION = 1  # of what is hashed as the fingerprint of a registered table


def register_table(
    path: str,
    label: str,
    features: Sequence[str] = (),
    name: str | None = None,
    *,
    split_by: str = HASH,
    where: str = "",
    kind: str | None = None,
    positive: str | None = None,
    weight: str = "",
    timestamps: Sequence[str] = (),
    categories: str = CODES,
    version: int | None = None,
    storage: Storage = Storage(),  # noqa: B008 - it is frozen
    sample: int | None = None,
    force: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> Manifest:
    """Make a dataset of files without copying them; they are read as `import_parquet` would read them.

    Args:
        path: A file, a directory, a directory with Hive partitions, a pattern of such, or a URI of one.
        label: Name of the column to predict.
        features: Names of the columns to predict it from; all others but pandas' index if empty.
        name: Name of the dataset; that of the file or directory if not given.
        split_by: Which rows are for testing, see `SplitRule`.
        where: Conditions on columns, joined by ``and``: other rows are left out, and files of other partitions are
            never opened.
        kind: Name of the kind of problem; guessed by the label's values if it is not given.
        positive: The label's value, as text, that is to be found, where it has two.
        weight: Name of the column that says how much each row counts; empty for none.
        timestamps: The numbers to make of timestamps and dates.
        categories: How strings become numbers.
        version: Number of the version of a Delta table; the newest if None. Later ones do not change the dataset.
        storage: How to reach the files, if they are named by a URI.
        sample: How many rows to take, as `import_parquet` does, of files that ``where`` leaves; None for all.
        force: Whether an existing dataset of that name is replaced.
        progress: Called with the name of a step, the rows done and all rows.

    Raises:
        UsageError: The name is taken or cannot be one, or a rule or condition cannot be applied.
        DatasetError: The table is a dataset of ours or cannot be used, or a split would be empty.
        StorageError: The store that holds it does not answer.
    """
    path = whole_path(path, storage)
    if kind is not None:
        PROBLEMS[kind]  # refuses one that is not there before anything is read
    name = name or default_name(path)
    rule, wanted = SplitRule(split_by), conditions(where)
    with stage_dataset(name, force=force) as directory:
        source = open_source(path, storage, version)
        rule.check(source.schema)
        for one in wanted:
            one.check(source.schema)
        source = source.only([piece for piece in source.pieces if may_hold(source, piece, wanted)])
        if not source.pieces:
            raise DatasetError(f"No file of {path} has rows of which {where!r} holds: ask for others.")
        source = source.sample(sample) if sample else source
        used = UsedRows(rule, wanted, source.schema)
        chosen = tuple(features) or _others(source, {label, weight, rule.holds_split})

        def look(source: TableSource, survey: Survey) -> None:
            seen = 0
            for file, batch in source.kept(used).batches(survey.columns):
                survey.add(batch, file)
                seen += len(batch)
            used.check_some(seen)

        plan = plan_import(source, label, chosen, look, kind, positive, weight, timestamps, categories)
        view = TableView(source, plan, used)
        found = scan(view, progress)
        used.check_splits({split: summary.rows for split, summary in found.summaries.items()})
        registered = {
            "path": path,
            "storage": asdict(storage),
            **version_facts(source),
            "split_by": split_by,
            "where": where,
            "sample": sample,
            "recipe": as_json(plan),
            "fill": [float(value) for value in found.fill],
            "imputed": [one for one, count in zip(plan.layout.features, found.missing, strict=True) if count],
            "files": _files(view, found, storage),
        }
        facts = plan.facts(found.rounded)
        dataset = describe(name, str(directory), plan.layout, found.summaries, _fingerprint(registered))
        dataset = replace(dataset, table=path, clustered=found.clustered)
        labels = {split: summary.labels.facts() for split, summary in found.summaries.items()}
        imputed = {one: int(count) for one, count in zip(dataset.features, found.missing, strict=True) if count}
        manifest = Manifest(
            dataset,
            (),
            labels,
            imputed=imputed,
            categories=facts["categories"],
            source={**provenance(source, None), "maker": "register"} | facts["source"],
            registered=registered,
        )
        write_manifest(manifest, directory)
    return open_manifest(name)


def _others(source: TableSource, taken: set[str]) -> tuple[str, ...]:
    """Return all columns but those with another role, and without pandas' index and ``row_id``."""
    return tuple(one for one in source.schema.names if one not in {*taken, *source.index, "row_id"})


def _files(view: TableView, found: Scan, storage: Storage) -> list[dict[str, Any]]:
    more = file_facts(view.source)
    written = stamps(view.source.path, storage, list(view.pieces))
    return [
        {"path": path, "number": piece.number, **stamp, **more[path], **seen}
        for (path, piece), stamp, seen in zip(view.pieces.items(), written, found.files, strict=True)
    ]


def _fingerprint(registered: dict[str, Any]) -> str:
    """Return the fingerprint: of the listing and of how it is read, since no row is hashed."""
    content = json.dumps([VERSION, registered], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
