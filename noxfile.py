"""The tests on every Python that the package names, against the wheel as people install it.

`nox` runs them on the Pythons that are installed here; `nox -s tests-3.12 -- tests/judge` runs some
of them on one. `make test` runs them on one Python without nox.
"""

from __future__ import annotations

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
PURE = ("tests/model", "tests/language", "tests/judge", "tests/mail", "tests/compiler")

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The tests of what is pure, or those that are named."""
    session.install("--constraint", "constraints.txt", ".[dev]")
    session.run("pytest", "-q", "-m", "not slow", *(session.posargs or PURE))
    session.run("mmctl", "lint")
