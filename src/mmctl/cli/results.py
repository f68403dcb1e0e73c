"""Results that are written while they are made: to stdout, or to a file that is there whole."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cli.run import Run


@contextmanager
def result_stream(run: Run) -> Iterator[TextIO]:
    """Where results go; the file of `--output` gets its name when all is written.

    Raises:
        UsageError: the file cannot be written.
    """
    if run.output is None:
        yield sys.stdout
        return
    beside = run.output.with_name(run.output.name + ".new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            yield file
        beside.replace(run.output)
    except OSError as error:
        raise UsageError(f"cannot write `{run.output}`: {error.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)
