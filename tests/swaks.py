"""swaks, an SMTP client that others wrote, where it is installed and speaks TLS."""

from __future__ import annotations

import shutil
import subprocess

import pytest


def _swaks() -> str | None:
    """Its path; Debian installs it without TLS where what it recommends is left out."""
    path = shutil.which("swaks")
    if path is None:
        return None
    said = subprocess.run([path, "--support"], capture_output=True, timeout=120, check=False)
    return path if b"TLS supported" in said.stdout else None


SWAKS = _swaks()
needs_swaks = pytest.mark.skipif(SWAKS is None, reason="needs swaks, and TLS in it")
