"""What there is of each kind, whoever owns it: the answers of the List calls, all asked at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.model.kinds import Kind
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.live.state.service import MailManager, Members
    from mmctl.model.kinds import Noun


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a List answer; a List answer has no tags."""

    kind: Kind
    id: str
    live_name: str
    going: bool = False
    """Whether it is being deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What all List calls answered."""

    listed: tuple[Listed, ...]
    """What is live, kind by kind."""
    going: tuple[Listed, ...]
    """What is being deleted."""
    instances: Mapping[str, str]
    """The id of the instance of each subscription: the first one if there are several."""


def take_inventory(service: MailManager) -> Inventory:
    """List all kinds.

    Raises:
        CouldNot: the service cannot be asked.
    """
    kinds = [*Kind]
    nouns = [kind.api_noun for kind in kinds]
    made = [kind.row.instance.noun for kind in kinds if kind.row.instance is not None]
    answers = service.gather([partial(_all, service, noun) for noun in (*nouns, *made)])
    lines = [
        line
        for kind, answer in zip(kinds, answers[: len(kinds)], strict=True)
        for line in _lines(kind, answer)
    ]
    instances = [
        _instances(noun, answer) for noun, answer in zip(made, answers[len(kinds) :], strict=True)
    ]
    return Inventory(
        listed=tuple(line for line in lines if not line.going),
        going=tuple(line for line in lines if line.going),
        instances={key: value for found in instances for key, value in found.items()},
    )


def listed(service: MailManager, kind: Kind) -> Iterator[Listed]:
    """What there is of one kind."""
    return _lines(kind, service.list(kind.api_noun))


def instances_of(service: MailManager, noun: Noun) -> dict[str, str]:
    """The id of the instance of each subscription."""
    return _instances(noun, service.list(noun))


def _all(service: MailManager, noun: Noun) -> list[Members]:
    return list(service.list(noun))


def _lines(kind: Kind, answer: Sequence[Members] | Iterator[Members]) -> Iterator[Listed]:
    noun = kind.api_noun
    for summary in answer:
        yield Listed(
            kind=kind,
            id=summary[noun.id_member],
            live_name=summary[noun.name_member],
            going=noun.api.is_going(summary),
        )


def _instances(noun: Noun, answer: Sequence[Members] | Iterator[Members]) -> dict[str, str]:
    """The name of an instance is the id of its subscription."""
    found: dict[str, str] = {}
    for summary in answer:
        of, live_id = summary[noun.name_member], summary[noun.id_member]
        found[of] = min(live_id, found.get(of, live_id))
    return found
