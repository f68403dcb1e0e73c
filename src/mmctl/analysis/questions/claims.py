"""What invariants say about ends and actions, as literals of a proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.actions import actions_in_effect, kind_of, names_target, target_of
from mmctl.language.project import Outcome
from mmctl.model.actions import added_header, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.encoding.copies import Path
    from mmctl.judge.submission import Gateway
    from mmctl.model.rules import RuleAction

_OUTCOMES: Final = frozenset(outcome.value for outcome in Outcome)


def several(claim: Any) -> tuple[Any, ...]:
    """The parts of a claim: one is written without a list."""
    return tuple(claim) if isinstance(claim, (list, tuple)) else (claim,)


def outcome_of(claim: Any) -> Outcome | None:
    """The outcome that a claim names; None: it names an action."""
    word, _ = _word_of(claim)
    return Outcome(word) if word in _OUTCOMES else None


def means(claim: Any, kind: str, action: RuleAction) -> bool:
    """Whether a claim means an action: `relay`, `{relay: exchange}`, `{relay: {to: exchange}}`."""
    word, wanted = _word_of(claim)
    if word != kind:
        return False
    if not isinstance(wanted, Mapping):
        target = target_of(action)
        if added_header(action) is not None and target is not None:
            # Header names are the same in any letter case.
            return not wanted or any(
                names_target(_named(str(each)), _named(target)) for each in several(wanted)
            )
        return not wanted or any(names_target(str(each), target) for each in several(wanted))
    members = action.value.to_api()
    keys = {key.word: key.member for key in row_of(action).keys}
    return all(
        any(
            _same(str(each), str(members.get(keys[str(key)], "")), keys[str(key)])
            for each in (value, *several(value))
        )
        for key, value in wanted.items()
    )


def _word_of(claim: Any) -> tuple[str, Any]:
    """The word of a claim, and what is under it."""
    if isinstance(claim, Mapping):
        ((word, wanted),) = claim.items()
        return str(word), wanted
    return str(claim), None


def _same(wanted: str, found: str, member: str) -> bool:
    """Choices are written in lower case, names of headers in any; other names as they are."""
    if member == "HeaderName":
        return found.lower() == wanted.lower()
    return found in {wanted, wanted.upper()}


def _named(header: str) -> str:
    """A header, or the name of one, with its name in lower case: `x-spam: Yes`."""
    name, colon, value = header.partition(":")
    return f"{name.lower()}{colon}{value}"


def done(gateway: Gateway, path: Path) -> Iterator[tuple[str, RuleAction, int]]:
    """Every action in order: its kind, and whether it took effect."""
    for rule, literals in zip(gateway.rules, path.rules, strict=True):
        for action, literal in zip(actions_in_effect(rule), literals.done, strict=True):
            yield kind_of(action, stop=rule.stop), action, literal
