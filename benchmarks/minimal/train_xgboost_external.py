"""ExtMemQuantileDMatrix over the dataset's files, as in XGBoost's demo/guide-python/external_memory.py."""

import time
from pathlib import Path

import common
import numpy
import pyarrow.parquet
import xgboost


class Files(xgboost.DataIter):
    """Hands over one file after the other."""

    def __init__(self, data, directory):
        self._data, self._at = data, 0
        self._files = sorted(Path(data.path, "split=train").glob("*.parquet"))
        super().__init__(cache_prefix=str(Path(directory, "cache")))

    def next(self, input_data):
        """Hand over the next file."""
        if self._at == len(self._files):
            return False
        table = pyarrow.parquet.read_table(self._files[self._at], partitioning=None)
        features = numpy.column_stack([table[name].to_numpy() for name in self._data.features])
        input_data(data=features, label=table[self._data.label].to_numpy())
        self._at += 1
        return True

    def reset(self):
        """Begin again."""
        self._at = 0


trial = common.work()
start = time.perf_counter()
data = xgboost.ExtMemQuantileDMatrix(Files(trial.dataset, trial.scratch), max_bin=trial.bins)
xgboost.train(common.xgboost_settings(trial), data, num_boost_round=trial.trees)
print(time.perf_counter() - start)
