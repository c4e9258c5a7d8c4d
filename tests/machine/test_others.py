"""A look at the machine: who uses its cores, apart from this process and what it starts."""

from __future__ import annotations

import subprocess
import sys

SPIN = "import time; end = time.process_time() + {seconds}\nwhile time.process_time() < end: pass"
LOOK = f"""
import os, subprocess, sys, time
import psutil
from bench.machine.others import Look

def busy():
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq

def own():
    times = os.times()
    return sum(times[:4])

early = subprocess.Popen([sys.executable, "-c", {SPIN.format(seconds=2.0)!r}])
time.sleep(0.5)  # its time before the look does not count
began, before, used = time.monotonic(), busy(), own() + sum(psutil.Process(early.pid).cpu_times()[:2])
look = Look()
subprocess.run([sys.executable, "-c", {SPIN.format(seconds=1.2)!r}])
early.wait()
users = look.users(1.0)
took = time.monotonic() - began
print(users.cores * took, busy() - before - (own() - used))
"""


def test_what_this_process_has_started_is_no_other_program() -> None:
    """Neither a child that came and went during the look counts, nor one that had begun before."""
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, timeout=120)
    said_s, others_s = map(float, done.stdout.split())
    # Either child has more; between the two looks at a busy machine others use some.
    assert abs(said_s - max(0.0, others_s)) < 0.8
