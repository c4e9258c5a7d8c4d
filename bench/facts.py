"""What is known before a trial begins: what a strategy, a reference model, a store and a dataset are.

Imported by way of `bench.model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Strategy:
    """The facts about one way to do a task; making one imports nothing and costs nothing.

    Attributes:
        family: The kind of model that is learned: ``linear``, ``mlp``, ``gbt``, or ``control`` for no work at all.
        needs: Import names without which the strategy is skipped.
        install: The arguments of ``pip install`` that bring ``needs``.
        remedy: The remedy where ``pip install`` is not enough, as the rest of a sentence.
        distributed: Whether it shares its work among ``--workers``.
        scores: In a predict trial, ``own``: it scores with the result of its ``bench_train``; ``reference``: with the
            model whose path it is given.
        tasks: Tasks that it takes part in, of those that it has the hook for. One that scores only to be graded,
            by another strategy's code, has ``("train",)``.
        problems: Kinds of problem that it takes part in.
        most_categories: The most categories that a feature of `Dataset.categorical` may have, which the strategy takes
            as names; 0: it would take their numbers for amounts, so that it takes no part where there are any.
        lacks: For kinds that it takes no part in, for ``weights`` and for ``categories``, the reason, as a sentence
            without a full stop.
        weights: Whether it learns from rows by their weight; if not, it is skipped where rows have one.
        recommended: The use that its own documentation recommends it for.
        networks: Whether it trains a network that it is given, ``Trial.network``, in place of its family's own.
        saves: Whether it saves the model that it has trained in ``Trial.save_to``.
        reads: Who opens the rows to train on: ``process``, that of the trial; ``ranks``, other processes; ``piped``,
            tasks of a barrier stage, to which Spark can send rows as well; ``frame``, Spark, as a data frame. Pipelines
            hand features over accordingly.
        left_out: Why `bench run` leaves it out where no strategy is named, as the rest of a sentence; empty if it does
            not.
    """

    family: str
    needs: tuple[str, ...] = ()
    install: str = ""
    remedy: str = ""
    distributed: bool = False
    scores: Literal["own", "reference"] = "own"
    tasks: tuple[str, ...] = ("train", "predict")
    problems: tuple[str, ...] = ("binary",)
    most_categories: int = 0
    lacks: Mapping[str, str] = field(default_factory=dict, hash=False)
    weights: bool = False
    recommended: str = ""
    networks: bool = False
    saves: bool = False
    reads: Literal["process", "ranks", "piped", "frame"] = "process"
    left_out: str = ""


@dataclass(frozen=True)
class Reference:
    """The model of a predict trial, and its predictions for every row of the dataset.

    Attributes:
        model: The model, a file or a directory.
        predictions: Parquet file with ``row_id`` and the columns of the dataset's problem, made by the plainest correct
            code.
        fingerprint: SHA-256 of the model's content.
    """

    model: Path
    predictions: Path
    fingerprint: str


@dataclass(frozen=True)
class Network:
    """A network to train: the source of a function that builds it, which travels as text and runs in the trial only.

    Attributes:
        name: Its name for people: a built-in's, or file and function, such as ``nets.py:wide``.
        source: The text of the Python file.
        function: Name of the function; empty where each function of the file is for the framework of its name.
        arguments: Values by name for the function, beside its first argument.
        fingerprint: SHA-256 of source, function and arguments, in hexadecimal.
    """

    name: str
    source: str = field(repr=False)
    function: str
    arguments: Mapping[str, int | float | bool | str]
    fingerprint: str


@dataclass(frozen=True)
class Storage:
    """How to reach an object store; credentials are no part of it.

    Attributes:
        endpoint: URL of a server that is not the provider's own, such as ``http://127.0.0.1:8333``.
        region: Region of the bucket, where it cannot be asked for.
        anonymous: Whether to read without credentials.
    """

    endpoint: str | None = None
    region: str | None = None
    anonymous: bool = False


@dataclass(frozen=True)
class Place:
    """A directory or a place in an object store.

    Attributes:
        path: Path or URI.
        storage: How to reach it, where it is a URI.
    """

    path: str
    storage: Storage = field(default_factory=Storage)


@dataclass(frozen=True)
class Dataset:
    """A dataset that lies ready: ``PATH/split=train/*.parquet`` and ``PATH/split=test/*.parquet``.

    The columns are ``row_id`` (int64, from 0 on, each once over both splits), the label (float32; its problem says
    which values), a weight if there is one, and the features (float32, all finite). Splits hold row groups of equal
    size, with page checksums.

    Attributes:
        name: The dataset's name.
        path: Directory or URI that holds the splits.
        label: Name of the label column.
        features: Names of the feature columns, in the order of every feature matrix.
        rows: Rows in both splits.
        train_rows: Rows in the split ``train``.
        test_rows: Rows in the split ``test``.
        means: Mean of each feature over the whole train split.
        stds: Standard deviation (population) of each feature over the whole train split; 1.0
            where a feature is constant, so that one may divide by it.
        fingerprint: Hexadecimal digest of the content, whatever the files and their order.
        problem: Kind of problem, which defines labels and answers.
        classes: Names of the classes, where there are any, in the order of their codes, which are the labels.
        class_shares: Share of each class in the train split.
        label_mean: Mean of the label over the train split.
        label_std: Standard deviation (population) of the label over the train split.
        categorical: For each feature whose numbers are names of categories, how many there are; they are whole numbers
            from 0 on.
        weight: Name of the column (float32, not negative) that says how much each row counts; empty where all count
            alike.
        weight_mean: Mean of the weights over the train split.
        best: The best grade that is possible but for chance, by the first metric of its problem; ``None`` where it is
            unknown.
        floors: For each family, the grade on the test split, by the same metric, that every correct strategy reaches.
        table: Path or URI of the rows, where they are a table that was registered and stay where they are; ``path`` has
            the manifest only then.
        raw: Of a dataset that pipelines make out of raw tables: their ``tables`` (paths below ``path``), ``bytes`` and
            ``rows`` by name, the name of the definition of their ``features``, and the ``digests`` of the feature
            table that every engine has to come to (`bench.datasets.format.digests`); empty for any other.
        clustered: Of a registered table, the share of the label's variance that lies between stretches of rows.
        storage: How to reach it, where ``path`` is a URI.
        listing: Digest of the names, sizes and times of its objects when it was opened; empty for a directory.
        description: Of a registered table whose manifest is on this machine, all that its rows are read by, for hosts
            that do not see the manifest (`bench.datasets.format.description`); empty where each reads it for itself.
    """

    name: str
    path: str
    label: str
    features: tuple[str, ...]
    rows: int
    train_rows: int
    test_rows: int
    means: tuple[float, ...]
    stds: tuple[float, ...]
    fingerprint: str
    problem: str = "binary"
    classes: tuple[str, ...] = ()
    class_shares: tuple[float, ...] = ()
    label_mean: float = 0.0
    label_std: float = 1.0
    weight: str = ""
    weight_mean: float = 1.0
    categorical: Mapping[str, int] = field(default_factory=dict)
    best: float | None = None
    floors: Mapping[str, float] = field(default_factory=dict)
    table: str = ""
    clustered: float = 0.0
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    storage: Storage = field(default_factory=Storage)
    listing: str = ""
    description: str = field(default="", repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns beside ``row_id``, in their order: label, weight if there is one, features."""
        return (*self.before_features, *self.features)

    @property
    def before_features(self) -> tuple[str, ...]:
        """Names of the label and, if there is one, of the weight."""
        return (self.label, self.weight) if self.weight else (self.label,)

    def split(self, name: str) -> str:
        """Return the directory or URI of the split ``train`` or ``test``."""
        return f"{self.path}/split={name}"
