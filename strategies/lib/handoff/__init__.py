"""Hand-offs: data frames, the processes that train, and rows on their way between them."""
