"""Prints what pipelines on Spark come to by each hand-off, with each fault and by a store, as JSON.

``python observe_pipelines.py DIR URI``: all of it in one session of Spark, which the parts of a pipeline find there.
The raw tables lie at the URI, too.
"""

import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import lightgbm
import numpy as np
import pyarrow.parquet as pq

from bench import Skip, Storage, pipelines, rows
from bench.datasets.format.digests import difference
from bench.errors import DatasetError
from bench.facts import Place
from bench.pipelines import ENGINES, TRANSFERS, Definition, definition_of
from bench.pipelines.check import digests_of
from bench.rows.shared import remove
from bench.stores.filesystem import from_environment
from bench.stores.tree import Tree
from bench.trial.wire import read_trial
from strategies.handoff import collect_rows
from strategies.lib.spark import frame_scorer
from strategies.lib.spark.session import start_spark, stop_spark
from strategies.lib.spark.workers import traffic_counter
from strategies.trees import lightgbm_spark

WAYS = ("to_arrow", "parquet_files", "to_pandas", "arrow_files", "collect_rows", "flight")
directory, uri = Path(sys.argv[1]), sys.argv[2]
first, engine = read_trial(directory / "trial.json", None), ENGINES["spark"]
raw, storage = first.dataset.raw, from_environment(uri, Storage())
sql = definition_of(raw).sql
collect_rows.PARTITIONS = 4  # of two hundred each takes a while, and shows nothing more


def through(way):
    """Return the predictions of a pipeline, and how its feature table differs."""
    plugin = pipelines.load(f"spark+{way}+sklearn_histgbt")
    scratch = directory / way
    scratch.mkdir()
    trial, session = replace(first, strategy=plugin.name, scratch=scratch), None
    try:
        session = plugin.hook.bench_setup(trial=trial)
        scored = pq.read_table(plugin.hook.bench_pipeline(trial=trial, session=session)).to_pydict()
        return {"difference": differs(plugin.hook.bench_features(trial=trial, session=session)), **scored}
    except Skip as skip:
        return {"skip": str(skip)}
    finally:
        plugin.hook.bench_teardown(trial=trial, session=session)


def differs(table):
    """Return how a feature table differs from the one that it should be."""
    return difference(digests_of(first.dataset, table), raw["digests"])


def features(dataset, **planted):
    """Return the feature table of a dataset, by a definition that may be wrong."""
    trial = replace(first, dataset=dataset)
    return engine.features(trial, engine.start(trial), Definition("planted", type("", (), {"SQL": sql, **planted})))


def local(session):
    """Let hours be those of another time zone."""
    session.conf.set("spark.sql.session.timeZone", "America/New_York")
    return session.sql(sql)


def scored_there(table):
    """Return the ids of rows that were scored where Spark keeps them, as on a cluster, by a model of LightGBM."""
    features, labels, _ = rows.open(first.dataset, "train").matrix(1)
    model = lightgbm.train({"verbose": -1}, lightgbm.Dataset(features, labels), 2).model_to_string()
    load = spark.sparkContext.broadcast(partial(lightgbm_spark.load, model))
    scratch = directory / "scored"
    scratch.mkdir()
    trial = replace(first, dataset=rows.hold(first.dataset, table), master="spark://host:7077", scratch=scratch)
    return pq.read_table(frame_scorer.score(trial, load)).to_pydict()


def by_store():
    """Return how a table differs that came out of a store, what was read for it, and whether files came back whole."""
    there = replace(first.dataset, path=uri, storage=storage)
    table = features(there)
    read = traffic_counter(spark).value[1]
    place = Place(f"{uri}-scored/trial", storage)
    trial, transfer = replace(first, master="spark://host:7077", write_to=place), TRANSFERS["parquet_files"]
    given = transfer.transfer(trial, table)
    labels = [np.sort(rows.open(one, "train").matrix(1)[1]).tolist() for one in (given, first.dataset)]
    files = [entry.path for entry in Tree(given.path, storage).list()]
    remove(rows.feature_place(place))  # as the harness does
    left = Tree(given.path, storage).list()
    return {
        "difference": differs(table),
        "read": read,
        "files": files,
        "same": labels[0] == labels[1],
        "left": len(left),
        **scored_there(table),
    }


def ends(**planted):
    """Return the sentence with which a pipeline ends whose feature table has another form."""
    plugin = pipelines.load("spark+to_arrow+sklearn_histgbt")
    source = "SQL = " + repr(sql.replace("cast(p.age as float) as age", planted["age"]))
    trial = replace(first, strategy=plugin.name, dataset=replace(first.dataset, raw={**raw, "source": source}))
    session = plugin.hook.bench_setup(trial=trial)
    try:
        plugin.hook.bench_pipeline(trial=trial, session=session)
    except DatasetError as error:
        return str(error)
    finally:
        plugin.hook.bench_teardown(trial=trial, session=session)


spark = start_spark(first)
try:
    seen = {"ways": {way: through(way) for way in WAYS}}
    seen["store"] = by_store()
    doubled = sql.replace("join people", "join (select * from people union all select * from people)")
    sunday = sql.replace("(extract(dow from o.day) - extract(dow from date '2013-01-07') + 7) % 7", "dayofweek(o.day)")
    seen["faults"] = {
        "join": differs(features(first.dataset, SQL=doubled)),
        "weekday": differs(features(first.dataset, SQL=sunday)),
        "time zone": differs(features(first.dataset, spark=local)),
        "type": ends(age="cast(p.age as double) as age"),
        "missing value": ends(age="cast(nullif(p.age, 23) as float) as age"),
    }
finally:
    stop_spark(spark)
sys.stdout.write(json.dumps(seen) + "\n")
