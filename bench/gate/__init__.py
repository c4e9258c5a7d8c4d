"""The nightly gate: two revisions or environments, measured in turn in one session, and a verdict for each case."""
