"""Code that the ranks of a distributed strategy share, whichever framework starts them."""
