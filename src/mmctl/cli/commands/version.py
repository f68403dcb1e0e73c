"""`mmctl version`: which mmctl this is; with `--report`, what a report of a bug needs."""

from __future__ import annotations

from typing import Annotated

import typer

from mmctl.cli.run import Run


def version(
    run: Run,
    report: Annotated[
        bool,
        typer.Option(
            "--report", help="Print what a bug report needs, without paths, names or values."
        ),
    ] = False,
) -> int:
    """Print the version."""
    if report:
        from mmctl.cli.version_report import version_report

        run.write(version_report(run))
    else:
        from mmctl.cli.at_once import VERSION_LINE

        run.write(f"{VERSION_LINE}\n")
    return 0
