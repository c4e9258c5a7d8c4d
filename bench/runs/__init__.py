"""One call of `bench run`: its plan, its trials, its progress."""
