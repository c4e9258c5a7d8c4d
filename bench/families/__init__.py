"""What is learned: a file for each family, with its settings."""
