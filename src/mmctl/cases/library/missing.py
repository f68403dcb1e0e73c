"""Which kinds of mail a project does not test yet, judged by the facts of its cases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.analysis.own_domains import own_domains
from mmctl.cases.library.catalog import entries
from mmctl.cases.library.filling import Library
from mmctl.cases.library.look import Around
from mmctl.cases.library.people import lists_called
from mmctl.cases.library.traits import gaps
from mmctl.cases.running import submission_of_case
from mmctl.judge.compare import Members
from mmctl.model.add_ons import BLOCK_LISTS, SCANNERS
from mmctl.model.enums import IpType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.cases.case import Case
    from mmctl.cases.library.traits import MissingTrait
    from mmctl.judge.submission import Submission
    from mmctl.language.project import Project


def missing(
    project: Project, cases: Iterable[Case], read_file: Callable[[str], bytes]
) -> tuple[MissingTrait, ...]:
    """The traits of mail that no case of a project has; `read_file` reads a file of it.

    Raises:
        UsageError: the project has no rule set.
    """
    library = Library(project)
    kept = {
        entry.name: library.filled(entry).submission()
        for entry in entries()
        if library.lacks(entry) is None
    }
    return gaps(_submissions(cases, read_file), kept, around(library))


def _submissions(cases: Iterable[Case], read_file: Callable[[str], bytes]) -> Iterator[Submission]:
    for case in cases:
        try:
            yield submission_of_case(case, read_file)
        except OSError:  # `simulate` reports it; what cannot be read tests nothing
            continue


def around(library: Library) -> Around:
    """What of a project its messages are compared with."""
    project, values = library.project, library.people.values
    products = {each.subscription.addon_name for each in project.add_ons.values()}
    name = values["executive_name"]
    return Around(
        own=own_domains(project) | {values["own_domain"]},
        executives=frozenset({name.lower().replace(" ", "")}),
        listed={
            word: partial(_is_listed, [Members.of(found)])
            for word in ("blocked", "partner")
            if (found := lists_called(project, word))
        },
        scans=bool(products & SCANNERS),
        knows_networks=bool(products & BLOCK_LISTS),
        takes_ipv6=library.gateway.ip_type is not IpType.IPV4,
    )


def _is_listed(lists: list[Members], address: str) -> bool:
    return any(
        each.include(
            address, case="insensitive", bare_domain="that_domain", star_domain="below_and_d"
        )
        for each in lists
    )
