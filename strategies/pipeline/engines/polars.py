"""Polars: the definition's own function on lazy frames, in this process; the whole plan is run at once."""

import os
from dataclasses import dataclass

from bench import rows
from bench.pipelines import Engine


@dataclass(frozen=True)
class PolarsEngine(Engine):
    """Polars, as an engine of pipelines."""

    def start(self, trial):
        """Import Polars with as many threads as there are cores, which it takes from its environment."""
        os.environ["POLARS_MAX_THREADS"] = str(trial.cores)
        import polars

        rows.import_libraries(trial.cores)
        return polars

    def features(self, trial, session, definition):
        """Return the feature table as an Arrow table."""
        pl, tables = session, {}
        for table in trial.dataset.raw["tables"]:
            path = rows.raw_path(trial.dataset, table)
            tables[table] = pl.scan_parquet(path) if path else pl.from_arrow(rows.read_raw(trial.dataset, table)).lazy()
        return definition.own_function(self.name)(tables).lazy().collect().to_arrow()


ENGINE = PolarsEngine("polars", needs=("polars", "pyarrow"), install="tf-spark-bench[engines]")
