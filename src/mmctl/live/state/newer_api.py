"""What a raw answer holds that the model does not know, as paths, and the shape of the rest.

Members, union arms and values of a newer API are unknown.

Only an unknown member or an unknown action itself is left out. A rule or statement is left out
whole if it is unknown when it applies (an unknown condition or operator): without the condition it
would seem to apply to more mail.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, get_args

from mmctl.compiler.configuration import UnknownMember
from mmctl.model.kinds import Kind
from mmctl.model.shape import OneOf, Shape, ShapeError
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.state.service import Members
    from mmctl.model.kinds import LiveShape

    Loc = tuple[int | str, ...]

AUTHENTICATION: Final = "IngressPointAuthConfiguration"
"""What GetIngressPoint calls CreateIngressPoint's `IngressPointConfiguration`."""
PASSWORD_ANSWERED: Final = "IngressPointPasswordConfiguration"  # noqa: S105 - the name of a member
PASSWORD_MEMBERS: Final = (
    "SmtpPasswordVersion",
    "PreviousSmtpPasswordVersion",
    "PreviousSmtpPasswordExpiryTimestamp",
)
CONFIGURATION: Final = "IngressPointConfiguration"

_DECIDING: Final = ("Conditions", "Unless")
"""What says when a rule or statement applies: unless all of it is known, the rule is unknown."""


def known_part(kind: Kind, answer: Members) -> tuple[LiveShape, tuple[UnknownMember, ...]]:
    """The shape of an answer, and what the shape has no place for.

    Raises:
        ShapeError: too little of the answer is known to make a shape.
    """
    reading = _AnswerParts(kind, _members(kind, answer))
    if kind is Kind.INGRESS_POINT:
        password = answer.get(AUTHENTICATION, {}).get(PASSWORD_ANSWERED, {})
        for member in password.keys() - set(PASSWORD_MEMBERS):
            path = f"{AUTHENTICATION}.{PASSWORD_ANSWERED}.{member}"
            reading.note(UnknownMember(path=path, value=password[member]))
    shape = reading.shape()
    return shape, tuple(sorted(reading.unknown.values(), key=lambda found: found.path))


def _members(kind: Kind, answer: Members) -> Members:
    members = {
        member: deepcopy(value)
        for member, value in answer.items()
        if member not in kind.row.api.only_answered
    }
    if kind is Kind.INGRESS_POINT:
        # What it says about the configuration: never the password.
        told = members.pop(AUTHENTICATION, None) or {}
        told = {key: value for key, value in told.items() if key != PASSWORD_ANSWERED and value}
        if told:
            members[CONFIGURATION] = told
    return members


class _AnswerParts:
    """One answer, reduced until a shape accepts what is left."""

    def __init__(self, kind: Kind, members: Members) -> None:
        self._kind = kind
        self._type: type[LiveShape] = kind.row.shape
        self._members = members
        self.unknown: dict[str, UnknownMember] = {}
        self._places = {
            id(item): index for items in _lists(members) for index, item in enumerate(items)
        }
        """Where each item of a list was in the answer, whatever is taken out before it."""

    def shape(self) -> LiveShape:
        while True:
            try:
                return self._type.logical(self._members)
            except ShapeError as error:
                locations = {
                    _within(tuple(each["loc"]), self._members): each["type"] == "extra_forbidden"
                    for each in error.errors(include_url=False, include_input=False)
                }
                # Start with the last, so that a removal does not move the next ones.
                for loc in sorted(locations, key=_order, reverse=True):
                    if not self._take_out(loc, alone=locations[loc]):
                        raise

    def note(self, member: UnknownMember) -> None:
        """Note something unknown, unless a part of it is already noted."""
        if not any(f"{known}.".startswith(f"{member.path}.") for known in self.unknown):
            self.unknown[member.path] = member

    def _take_out(self, loc: Loc, *, alone: bool) -> bool:
        """Remove what is unknown there, with what makes no sense without it."""
        if not _is_there(self._members, loc):
            return bool(loc)  # removed together with an earlier one
        value = _at(self._members, loc)
        self.note(UnknownMember(path=self._path(loc), value=value, rule=self._rule(loc)))
        if alone:
            _remove(self._members, loc)
            return True
        target = self._removable(loc)
        if len(target) == 1 and target[0] in self._kind.row.stand_ins and self._is_needed(target):
            self._stand_in(str(target[0]))
            return True
        if not target or self._is_needed(target):
            return False
        _remove(self._members, target)
        return True

    def _removable(self, loc: Loc) -> Loc:
        """The smallest part around a place without which the rest can still be read."""
        for index, part in enumerate(loc):
            if part in _DECIDING:
                return loc[:index]
        for end in range(len(loc), 0, -1):
            last, holder = loc[end - 1], _at(self._members, loc[: end - 1])
            if isinstance(last, int):
                if len(holder) > 1 or loc[end - 2] in {"Rules", "PolicyStatements"}:
                    return loc[:end]
            elif not self._is_needed(loc[:end]):
                return loc[:end]
        return loc[:1]

    def _is_needed(self, loc: Loc) -> bool:
        """Whether the member of a structure is required: an arm of a union always is."""
        if isinstance(loc[-1], int):
            return False
        around = _model_at(self._type, loc[:-1])
        if around is None or issubclass(around, OneOf):
            return True
        field = _field(around, loc[-1])
        return field is None or field.is_required()

    def _stand_in(self, member: str) -> None:
        """Replace a required member by something known."""
        for path, each in self.unknown.items():
            if path.partition(".")[0] == member:
                self.unknown[path] = replace(each, replaced=True)
        self._members[member] = deepcopy(self._kind.row.stand_ins[member])

    def _rule(self, loc: Loc) -> str | None:
        """The name of the rule that a place is in."""
        in_rule = loc[0] == "Rules" and len(loc) > 1
        return _at(self._members, loc[:2]).get("Name") if in_rule else None

    def _path(self, loc: Loc) -> str:
        text = ""
        here: Any = self._members
        for part in loc:
            here = here[part] if not isinstance(here, dict) or part in here else None
            if isinstance(part, int):
                text += f"[{self._places.get(id(here), part)}]"
            else:
                name = AUTHENTICATION if part == CONFIGURATION else part
                text += f".{name}" if text else name
        return text


def _lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield [item for item in value if isinstance(item, dict)]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        if isinstance(each, dict | list):
            yield from _lists(each)


def _within(loc: Loc, members: Members) -> Loc:
    """A location, cut off where nothing is: the structure around it lacks what is missing."""
    while loc and not _is_there(members, loc):
        loc = loc[:-1]
    return loc


def _order(loc: Loc) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in loc]


def _is_there(members: Any, loc: Loc) -> bool:
    try:
        _at(members, loc)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _at(members: Any, loc: Loc) -> Any:
    for part in loc:
        members = members[part]
    return members


def _remove(members: Any, loc: Loc) -> None:
    del _at(members, loc[:-1])[loc[-1]]


def _model_at(model: type[Shape], loc: Loc) -> type[Shape] | None:
    """The structure at a place of a shape."""
    for part in loc:
        if isinstance(part, int):
            continue
        field = _field(model, part)
        inner = _structure(field.annotation) if field is not None else None
        if inner is None:
            return None
        model = inner
    return model


def _field(model: type[Shape], alias: str | int) -> Any:
    fields = model.model_fields.values()
    return next((field for field in fields if field.alias == alias), None)


def _structure(annotation: Any) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next(filter(None, map(_structure, get_args(annotation))), None)
