"""Networks to train in place of the family's own: files as users write them, one function for each framework."""
