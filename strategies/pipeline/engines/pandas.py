"""pandas: the definition's own function on data frames, in this process, on one core for the most part."""

from dataclasses import dataclass

from bench import rows
from bench.pipelines import Engine


@dataclass(frozen=True)
class PandasEngine(Engine):
    """The library pandas, as an engine of pipelines."""

    def start(self, trial):
        """Import pandas."""
        import pandas

        rows.import_libraries(trial.cores)
        return pandas

    def features(self, trial, session, definition):
        """Return the feature table as an Arrow table."""
        import pyarrow as pa

        tables = {}
        for table in trial.dataset.raw["tables"]:
            path = rows.raw_path(trial.dataset, table)
            tables[table] = session.read_parquet(path) if path else rows.read_raw(trial.dataset, table).to_pandas()
        found = definition.own_function(self.name)(tables)
        return pa.Table.from_pandas(found, preserve_index=False)


ENGINE = PandasEngine("pandas", needs=("pandas", "pyarrow"), install="tf-spark-bench[engines]")
