"""Code that several strategies share; a strategy imports from here and never from another strategy.

From the bottom up: `ranks` and `trees`, then `keras` and `spark`, then `scoring`; each imports only from those below
it.
"""
