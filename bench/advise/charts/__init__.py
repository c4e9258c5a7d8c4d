"""The charts of an answer: how times and needs grow, cost against time, grades by rows."""
