"""Sets the threads of a rank's libraries, and reads them back."""

from __future__ import annotations

import os


def set_threads(number: int) -> None:
    """Give Arrow and OpenMP so many threads in this process; before a library with OpenMP is imported.

    Args:
        number: The threads.
    """
    import pyarrow as pa

    pa.set_cpu_count(number)
    pa.set_io_thread_count(number)
    os.environ["OMP_NUM_THREADS"] = str(number)


def read_back() -> dict[str, int]:
    """Return the threads that Arrow and OpenMP have in this process, as each library reports them."""
    import pyarrow as pa
    from threadpoolctl import threadpool_info

    pools = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"]
    openmp = max(pools) if pools else int(os.environ["OMP_NUM_THREADS"])
    return {"openmp": openmp, "arrow": pa.cpu_count(), "arrow_io": pa.io_thread_count()}
