"""How much Spark lets tasks send to the driver, for ways that collect all rows there."""

import re

from bench import scaling

SETTING = "spark.driver.maxResultSize"
DEFAULT = "1g"  # https://spark.apache.org/docs/latest/configuration.html#application-properties
UNITS = " kmgtp"  # of which each is 1,024 times the one before; bytes where none is written
VALUE_BYTES = 4 + 1 / 8  # of Arrow: float32, and a bit that says that it is not missing
PICKLED_BYTES = 36  # of a row beside its doubles: an array, a tuple, and the label (measured)


def limit(at, row_bytes):
    """Return the terms of Spark's ceiling where the driver collects all rows; none where it is switched off by 0.

    Args:
        at: The scale.
        row_bytes: Bytes that a row takes as tasks send it.
    """
    written = at.spark_conf.get(SETTING, DEFAULT)
    found = re.fullmatch(r"(\d+)([kmgtp]?)b?", written.strip().lower())
    most = int(found[1]) * 1024 ** UNITS.index(found[2] or " ") if found else 0
    return scaling.limit(f"{SETTING} ({written})", at.rows * row_bytes, most) if most else {}


def arrow_bytes(at):
    """Return the bytes of a row of label and features in Arrow's columns.

    Args:
        at: The scale.
    """
    return VALUE_BYTES * (at.features + 1)


def pickled_bytes(at):
    """Return the bytes of a row that Python's pickle makes of an array of doubles and a label.

    Args:
        at: The scale.
    """
    return 8 * at.features + PICKLED_BYTES
