"""The nightly gate: measures two revisions or environments in turn, in one session, and judges each case."""
