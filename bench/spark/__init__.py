"""The names that a strategy on Spark may import beside `bench` and `bench.rows`; imports nothing heavy.

A user sets up Spark on the command line of ``bench run``, and the harness has checked that: `parse_settings` and
`read_settings` give a trial's ``spark_conf`` and ``spark_conf_file`` as mappings, `write_settings` hands settings to
Spark where nobody else on the machine sees them, and `hide_secrets` makes them fit for a note. `is_local` tells one
process of this machine from a cluster. `find_java` finds the runtime that Spark starts on, `java_home` makes it one
that Spark accepts, and `JAVA_REMEDY` is the remedy where there is none. `without_proxy` gives the environment variables
by which ranks reach each other directly where a proxy is set. `executor_marks` gives the setting that tells the harness
which executors on the driver's host are the trial's.
"""

from bench.machine.variables import without_proxy
from bench.spark.conf import is_local
from bench.spark.conf import parse as parse_settings
from bench.spark.conf import read as read_settings
from bench.spark.conf import shown as hide_secrets
from bench.spark.conf import write as write_settings
from bench.spark.java import REMEDY as JAVA_REMEDY
from bench.spark.java import find as find_java
from bench.spark.java import write_shim as java_home
from bench.spark.marks import executor_marks

__all__ = [
    "JAVA_REMEDY",
    "executor_marks",
    "find_java",
    "hide_secrets",
    "is_local",
    "java_home",
    "parse_settings",
    "read_settings",
    "without_proxy",
    "write_settings",
]
