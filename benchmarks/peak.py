"""Runs a command and writes the memory of its largest process, in MiB, to a file.

    python benchmarks/peak.py FILE COMMAND...

A process of its own, because a process counts as its own what its parent had when it forked.
"""

import os
import subprocess
import sys
from pathlib import Path

script, file, *command = sys.argv
running = subprocess.Popen(command)
pid, status, usage = os.wait4(running.pid, 0)
Path(file).write_text(f"{usage.ru_maxrss / 1024}", encoding="utf-8")
sys.exit(os.waitstatus_to_exitcode(status))
