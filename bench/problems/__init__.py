"""What an answer is: a file for each kind of problem, with its metrics."""
