"""Which network a run was given to train; pure."""

from __future__ import annotations

from bench.records.directory import Run

DIGITS = 12  # of a digest, for people


def network_of(run: Run) -> str | None:
    """Return what tells a run's network from others, as short as people can read it; None where it was given none.

    Networks of one structure are alike, whatever file they come from. Where no trial got as far as to build its
    network, the file has to do.

    Args:
        run: The run.
    """
    given = {network["fingerprint"] for trial in run.run["plan"] if (network := trial.get("network"))}
    if not given:
        return None
    trained = (record for record in run.records if record["trial"].get("network"))
    built = {network["structure"] for record in trained if (network := record["notes"].get("network"))}
    return ", ".join(sorted(digest[:DIGITS] for digest in built or given))
