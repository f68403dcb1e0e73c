"""What reaches an environment and does not run in the one before it.

The one before is known by its desired state and by what is live there, else by what was applied
there last; both use its own variables, so that values of variables make no difference here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.compare.diff import diff
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.compiler.configuration import LiveConfiguration

    Subject = tuple[Kind, str, str | None]
    """Kind and name of an object, and the rule in it; None: the object itself."""

_GOING: Final = (EditKind.REMOVED, EditKind.RELEASED, EditKind.REPACKED)


def coming(edits: Iterable[Edit], desired: LiveConfiguration) -> list[Subject]:
    """What edits create, change, rename or move, in their order; for a new rule set each rule."""
    found: list[Subject] = []
    for edit in edits:
        if edit.kind not in _GOING:
            found.append((edit.resource, edit.object, edit.rule))
            if edit.kind is EditKind.ADDED and not edit.of_rule:
                found += _rules(desired, edit.object) if edit.resource is Kind.RULE_SET else []
    return list(dict.fromkeys(found))


def not_live(
    subjects: Iterable[Subject], wanted: LiveConfiguration, there: LiveConfiguration
) -> tuple[list[Subject], list[Subject]]:
    """Of some subjects, those desired but not there in that form, and those not desired there."""
    pending = set(coming(diff(wanted, there), wanted))
    known: set[Subject] = {(thing.kind, thing.name, None) for thing in wanted.objects}
    known |= {
        subject for thing in wanted.of_kind(Kind.RULE_SET) for subject in _rules(wanted, thing.name)
    }
    listed = list(subjects)
    return (
        [subject for subject in listed if subject in pending],
        [subject for subject in listed if subject not in known],
    )


def _rules(configuration: LiveConfiguration, name: str) -> Iterator[Subject]:
    thing = configuration.find(Kind.RULE_SET, name)
    for rule in thing.written if thing is not None else ():
        yield Kind.RULE_SET, name, rule.name


def subject_text(subject: Subject) -> str:
    """A subject in words: `rule block-lookalike`, `relay exchange`."""
    kind, name, rule = subject
    return f"{kind.noun} {name}" if rule is None else f"rule {rule}"
