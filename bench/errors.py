"""Every exception that the harness raises on purpose.

BenchError                    one sentence for a person, and the exit code
├── UsageError                2: the request cannot be met as it was put
│   ├── DatasetError          2: a dataset that is missing, damaged or unsuitable
│   └── ResultsError          2: results that are missing, damaged or from a newer version
├── GateError                 5: a revision's environment that cannot be made or does not answer
├── CommandError              5: another program that does not start, or does not end in time
├── StorageError              5: an object store that cannot be reached, or that breaks off
└── PluginError               5: a strategy plugin that breaks the contract
Skip                          raised by a strategy: it cannot run here
"""

EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_WORSE, EXIT_NOTHING_RAN, EXIT_REFUSED, EXIT_INTERRUPTED = 1, 3, 4, 5, 6, 130
EXIT_UNREAD = 141  # what a shell tells of a program that SIGPIPE has ended


class BenchError(Exception):
    """A problem, explained in one sentence; the command line ends with ``exit_code``."""

    exit_code = 5


class UsageError(BenchError):
    """The request cannot be met as it was put."""

    exit_code = 2


class DatasetError(UsageError):
    """A dataset, or the input for one, cannot be used."""


class ResultsError(UsageError):
    """Results cannot be read or written."""


class GateError(BenchError):
    """A revision's environment, or something else that the gate measures with, cannot be made or does not answer."""


class CommandError(BenchError):
    """Another program does not start, or does not end in time.

    Attributes:
        reason: Why, in a few words, for the sentence of a caller.
    """

    def __init__(self, program: str, reason: str) -> None:
        """Name the program and the reason.

        Args:
            program: The program, as it was called.
            reason: Why, in a few words.
        """
        super().__init__(f"{program} cannot be run ({reason}): try it by hand.")
        self.reason = reason


class StorageError(BenchError):
    """An object store cannot be reached, does not answer, or breaks off."""


class PluginError(BenchError):
    """A strategy, a task, a problem or a family that a package brings breaks the contract."""


class Skip(Exception):  # noqa: N818 - the strategies' word; it is no error
    """Raised in ``bench_setup``: this strategy cannot run here; the reason names the package to install."""
