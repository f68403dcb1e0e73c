"""What makes a shape at once is what pydantic makes of it; what is refused goes to pydantic."""

from __future__ import annotations

from enum import Enum
from random import Random
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic.alias_generators import to_pascal

from mmctl.language.text.placed import Items, Real, Table, Text, Whole
from mmctl.model import policies, resources, rules, tags
from mmctl.model.fitting import UNSURE, fitted
from mmctl.model.members import Limits, Structure, UnionText, pascal
from mmctl.model.shape import LOGICAL, OneOf, Shape
from mmctl.model.validation import ValidationError, validated
from mmctl.problem import Position

AT: Final = Position("a.yaml")
SHAPES: Final = tuple(
    value
    for module in (tags, policies, rules, resources)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Shape) and value not in (Shape, OneOf)
)
TEXTS: Final = (
    *("", "a", "A-b", "X-a", "x-a", "X-Team", "a b", " ", "a\n", "a\r\nb", "\x1f", "a\x1fb"),
    *("\x85", "caf\u00e9", "\u0663", "\ud800", "\U0001f512", "5.7.1", "550", "450", "192.0.2.0/24"),
    *("2001:db8::/32", "a@example.com", "mail.example.com", "EQUALS", "TLS", "ONE_YEAR", "addon.x"),
    *("vpce-" + "a1" * 8 + "b", "secret12", "a" * 36, "ai-" + "b" * 20, "as-" + "b" * 20),
    *("arn:aws:iam::111122223333:role/mail", "arn:aws:sns:us-east-1:111122223333:topic"),
    *("arn:aws:kms:us-east-1:111122223333:key/abc", "a" * 128, "a" * 129, "a" * 4097),
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:a",
)
OTHERS: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    25,
    65536,
    2**60,
    1.5,
    float("nan"),
    (),
    [],
    {},
    b"a",
)


def value_of(annotation: Any, random: Random) -> Any:
    """Something for a member, mostly of its type."""
    if random.random() < 0.01:
        return random.choice((*OTHERS, *TEXTS))
    if get_origin(annotation) is Annotated:
        inner, *limits = get_args(annotation)
        if inner is int:
            number = random.choice((0, 1, 25, 2160, 2161, 65535, 65536, 10**9))
            return random.choice((number, Whole.at(number, AT)))
        return value_of(inner, random) if get_origin(inner) is tuple else text(limits, random)
    if get_origin(annotation) is tuple:
        count = random.choice((0, 1, 1, 1, 2, 3, 11))
        items = [value_of(get_args(annotation)[0], random) for _ in range(count)]
        return random.choice((items, tuple(items), Items.at(items, AT)))
    if type(None) in get_args(annotation):
        (inner,) = (each for each in get_args(annotation) if each is not type(None))
        return None if random.random() < 0.1 else value_of(inner, random)
    if issubclass(annotation, Structure):
        return members_of(annotation, random)
    if issubclass(annotation, Enum):
        word = random.choice(list(annotation))
        return random.choice((word, word.value, word.value, Text.at(word.value, AT)))
    if issubclass(annotation, UnionText):
        return text([annotation.limits], random)
    if annotation is float:
        return random.choice((1, 1.5, Whole.at(7, AT), Real.at(0.5, AT), 2**60))
    return text([], random)


def text(limits: list[Limits], random: Random) -> str:
    """A text, mostly one that fits."""
    pattern = limits[0].pattern if limits else None
    fits = [each for each in TEXTS if each.isascii() and (pattern is None or len(each) > 1)]
    chosen = random.choice(TEXTS if random.random() < 0.1 else fits)
    return Text.at(chosen, AT) if random.random() < 0.5 else chosen


def members_of(shape: type[Structure], random: Random) -> dict[str, Any]:
    """Members for a shape: those it needs, and for a union one."""
    fields = list(shape.model_fields.values())
    if issubclass(shape, OneOf) and random.random() < 0.97:
        fields = [random.choice(fields)]
    chosen = [f for f in fields if f.required or random.random() < 0.5 or len(fields) == 1]
    members = Table.at(AT) if random.random() < 0.5 else {}
    members.update({f.alias: value_of(f.rebuild_annotation(), random) for f in chosen})
    if random.random() < 0.01:
        members["Foreign"] = 1
    if members and random.random() < 0.01:
        members.pop(random.choice(list(members)))
    return members


def shown(value: Any) -> Any:
    """A value with the types of everything in it."""
    if isinstance(value, Structure):
        return type(value), {name: shown(held) for name, held in vars(value).items()}
    if isinstance(value, tuple):
        return tuple(map(shown, value))
    return type(value), repr(value)


def test_what_fits_makes_the_shape_that_pydantic_makes() -> None:
    random = Random(12)  # noqa: S311 - examples, not secrets
    different, sure = [], 0
    for shape in SHAPES:
        for _ in range(150):
            members, logical = members_of(shape, random), random.random() < 0.5
            made = fitted(shape, members, logical=logical)
            if made is UNSURE:
                continue
            sure += 1
            context = LOGICAL if logical else None
            try:
                wanted = shown(validated(shape, members, by_name=False, context=context))
            except ValidationError as error:
                wanted = str(error)
            if shown(made) != wanted:
                different.append((shape.__name__, members, shown(made), wanted))

    assert different == []
    assert sure > 1000


def test_a_shape_made_by_pydantic_equals_one_made_at_once_and_has_its_hash() -> None:
    members = {"StringExpression": {
        "Evaluate": {"MimeHeaderAttribute": "X-Team"}, "Operator": "EQUALS", "Values": ["a"],
    }}  # fmt: skip
    at_once = fitted(rules.RuleCondition, members, logical=False)
    slowly = validated(rules.RuleCondition, members, by_name=False, context=None)

    assert (at_once, hash(at_once), repr(at_once)) == (slowly, hash(slowly), repr(slowly))
    assert shown(at_once) == shown(slowly)


def test_members_are_spelled_as_pydantic_spells_them() -> None:
    names = {name for shape in SHAPES for name in shape.model_fields}

    assert {name: pascal(name) for name in names} == {name: to_pascal(name) for name in names}
