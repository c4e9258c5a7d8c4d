"""The built-in strategies: a public file for each, in a folder for its kind; shared code is in `lib`."""
