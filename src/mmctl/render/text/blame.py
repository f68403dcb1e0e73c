"""Why rules never apply or must not change places, and why parts of them change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.render.text.paragraphs import some_of
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.analysis.questions.dead import Dead
    from mmctl.analysis.questions.idle import Idle
    from mmctl.analysis.questions.phases import OrderMatters
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Phase
    from mmctl.problem import Position

_SHOWN = 3
"""So many names of rules are shown, and how many more there are."""


def why_dead(found: Dead, gateway: Gateway) -> str:
    """Why a rule never applies."""
    rules = [visible(gateway.rules[place].name) for place in found.by]
    if rules:
        together = " together take" if len(rules) > 1 else " takes"
        mail = "all of its mail that is admitted" if found.refused else "all of its mail"
        return f"{', '.join(rules)}{together} {mail}{_if(found.needs)}"
    if found.refused:
        return f"no mail that meets its conditions is admitted{_if(found.needs)}"
    if len(found.conditions) > 1:
        return f"its conditions exclude each other{_if(found.needs)}"
    return f"one of its conditions is never met{_if(found.needs)}"


def part_of(found: Idle) -> str:
    """What changes nothing: a value, or a condition."""
    what = "the condition" if found.text is None else f"`{visible(found.text)}`"
    return f"{what} under `unless`" if found.unless else what


def place_of(found: Idle) -> Position:
    """Where that is."""
    return found.rule.positions.at(found.path)


def why_idle(found: Idle, gateway: Gateway) -> str:
    """Why a condition or a value changes nothing."""
    causes = [visible(gateway.rules[place].name) for place in found.by]
    causes += [f"the condition in {line}" for line in found.besides]
    causes += [f"`{visible(each)}`" for each in found.covering]
    if found.refused:
        causes.append("what is not admitted")
    if found.changed is not None:
        causes.append(f"{visible(gateway.rules[found.changed].name)}, which changes its mail")
    if causes:
        return f"changes nothing besides {_listed(causes)}{_if(found.needs)}"
    every = found.text is None and not found.unless
    return f"{'every' if every else 'no'} message meets it{_if(found.needs)}"


def any_order(phase: Phase) -> str:
    """What is claimed of a phase."""
    return f"the rules of phase {visible(phase.name)} may be in any order"


def two_rules(found: OrderMatters) -> str:
    """Which two rules must not change places."""
    names = f"{visible(found.above.name)} above {visible(found.rule.name)}"
    return f"{names} in phase {visible(found.phase.name)}"


def why_not_swapped(found: OrderMatters) -> str:
    """What becomes of a message with either of two rules first."""
    above, rule = visible(found.above.name), visible(found.rule.name)
    as_written, swapped = map(visible, found.described)
    return f"with {above} first it is {as_written}, with {rule} first {swapped}"


def gathered(open_: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names of rules about which something is undecided, for each reason."""
    by_reason: dict[str, list[str]] = {}
    for name, why in open_:
        by_reason.setdefault(why, []).append(visible(name))
    return [(some_of(names, _SHOWN), why) for why, names in by_reason.items()]


def rests(needs: Mapping[str, str]) -> str:
    """The readings that a proof rests on."""
    return f"rests on {chosen(needs)}" if needs else "under every reading"


def chosen(readings: Mapping[str, str]) -> str:
    """Readings with their choices."""
    return ", ".join(f"{name}: {choice}" for name, choice in readings.items())


def _if(needs: Mapping[str, str]) -> str:
    return f", if {chosen(needs)}" if needs else ""


def _listed(causes: Sequence[str]) -> str:
    *most, last = causes
    return f"{', '.join(most)} and {last}" if most else last
