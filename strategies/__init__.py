"""The built-in strategies: one public file each; a leading underscore means shared code."""
