"""DuckDB: the definition's SQL in this process, straight from Parquet, as many threads as there are cores."""

from dataclasses import dataclass

from bench import rows
from bench.pipelines import Engine


@dataclass(frozen=True)
class DuckEngine(Engine):
    """DuckDB, as an engine of pipelines."""

    def start(self, trial):
        """Open a database in memory that spills into the scratch directory; moments are in UTC."""
        import duckdb

        rows.import_libraries(trial.cores)
        connection = duckdb.connect()
        connection.execute(f"set threads = {trial.cores}")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set temp_directory = ?", [str(trial.scratch / "duckdb")])
        return connection

    def features(self, trial, session, definition):
        """Return the feature table as an Arrow table."""
        for table in trial.dataset.raw["tables"]:
            path = rows.raw_path(trial.dataset, table)
            if path:
                session.from_parquet(path).create_view(table)
            else:
                session.register(table, rows.read_raw(trial.dataset, table))
        own = definition.function(self.name)
        return (own(session) if own else session.sql(definition.sql)).to_arrow_table()

    def stop(self, trial, session):
        """Close the database."""
        if session is not None:
            session.close()


ENGINE = DuckEngine("duckdb", needs=("duckdb", "pyarrow"), install="tf-spark-bench[engines]")
