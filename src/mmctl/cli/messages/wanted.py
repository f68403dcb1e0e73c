"""What the options say to do with messages, and how to state what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.engines import StoredAs
from mmctl.language.parsing.files import CALLED_YAML
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cli.options.stated_facts import MessageOptions
    from mmctl.cli.run import Run
    from mmctl.judge.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the options say to do with messages."""

    paths: Sequence[str]
    options: MessageOptions
    trace: bool = False
    strict: bool = False
    authenticate: bool = False
    zone: str | None = None
    against: str | None = None
    record: str | None = None
    workers: int = 1
    results: str | None = None
    """The folder for rows."""
    results_as: StoredAs = StoredAs.JSONL
    resume: bool = False
    shard: str | None = None
    join: bool = False
    """Whether the paths are folders of results."""
    scheduler: str | None = None
    """The address of a Dask cluster."""


def is_case_file(path: str) -> bool:
    """Whether a path on the command line is a file of cases, not a message."""
    return CALLED_YAML.search(path) is not None


def advice_about(run: Run, tally: Tally, wanted: Wanted) -> str:
    """How to state what is missing; nothing for output that others read, who cannot state it."""
    if run.unnamed:
        return ""
    from mmctl.cli.options.stated_facts import restated
    from mmctl.render.text.messages import advice, shown_paths

    more = (("--zone", wanted.zone), ("--against", wanted.against))
    words = restated(run, (*wanted.options.written(), *more))
    flags = ("--authenticate",) if wanted.authenticate else ()
    return advice(
        tally.facts.values(),
        ("mmctl", "simulate", *shown_paths(wanted.paths), *flags, *words),
        no_recipients=bool(tally.without_recipients),
        many=tally.messages > 1,
        verbose=run.verbose,
    )
