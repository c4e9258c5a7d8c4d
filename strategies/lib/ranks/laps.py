"""The clock of a rank, which measures itself because the harness only sees the driver."""

from __future__ import annotations

import time

from strategies.lib.ranks.reports import LAUNCH


class Laps:
    """A rank's clock: a lap is named when it ends, and the next one begins.

    Attributes:
        seconds: Seconds of each lap, by name; laps of one name are summed.
    """

    def __init__(self, called_at: float) -> None:
        """Start with the lap ``launch``, which began on the driver.

        Args:
            called_at: Moment of the driver's call, seconds since the epoch. On a cluster the lap is only as exact as
                its clocks, and may be negative: `strategies.lib.ranks.reports.agree` sees to that.
        """
        self.seconds = {LAUNCH: time.time() - called_at}
        self._began = time.monotonic()

    def end(self, name: str) -> None:
        """End the current lap.

        Args:
            name: Its name.
        """
        now = time.monotonic()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._began
        self._began = now

    def move(self, seconds: float, source: str, name: str) -> None:
        """Make a part of a lap one of its own.

        Args:
            seconds: The part; at most all of it is taken.
            source: Name of the lap.
            name: Name of the part.
        """
        part = min(seconds, self.seconds[source])
        self.seconds[source] -= part
        self.seconds[name] = self.seconds.get(name, 0.0) + part
