"""What records say: cases, groups, comparisons; pure."""
