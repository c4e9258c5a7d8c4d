"""How a strategy reads rows and writes scores, from a disk or an object store."""
