"""Tables that are used where they lie: a manifest is written, and no row."""
