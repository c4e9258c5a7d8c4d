"""Java is looked for without a trace."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

PROGRAM = """
import os, resource
from bench.spark import java
os.setreuid(60_002, 60_002)  # nobody's: another test of this kind would count
few = len(os.listdir("/proc/self/task")) + 2
resource.setrlimit(resource.RLIMIT_NPROC, (few, few))
print(java.find())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="a limit of processes counts all of a user: only root can be another")
def test_a_java_that_cannot_start_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a limit of processes leaves Java no threads, it is not there, and the working directory stays as it was."""
    monkeypatch.delenv("JDK_JAVA_OPTIONS", raising=False)  # the threads of its own collectors are those that fail
    with tempfile.TemporaryDirectory() as name:  # which others may enter, where those of pytest are the user's alone
        Path(name).chmod(0o777)
        done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=name, capture_output=True, text=True, check=False)
        assert done.stdout == "None\n", done.stderr
        assert os.listdir(name) == []
