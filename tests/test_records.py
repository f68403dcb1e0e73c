"""Records are dataclasses: made by `mmctl.records`, they do what the standard library's do."""

from __future__ import annotations

import copy
import dataclasses
import os
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import mmctl
from mmctl.records import field, fields, record, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

WITHOUT_SITE = {**os.environ, "PYTHONPATH": str(Path(mmctl.__file__).parents[1])}

Made = tuple[str, type, type]


def plain(make: Callable[[type], type]) -> type:
    @make
    class Plain:
        """Two members, one with a default."""

        name: str
        size: int = 3
        words: list[str] = dataclasses.field(default_factory=list)
        kind: ClassVar[str] = "plain"

    return Plain


def one(make: Callable[[type], type]) -> type:
    @make
    class One:
        """One member."""

        name: str

    return One


def empty(make: Callable[[type], type]) -> type:
    @make
    class Empty:
        """No member."""

    return Empty


def derived(make: Callable[[type], type]) -> type:
    @make
    class Derived(plain(make)):  # type: ignore[misc]
        """Members of another, with another default, and one more."""

        size: int = 4
        last: str = "z"

    return Derived


def computed(make: Callable[[type], type]) -> type:
    @make
    class Computed:
        """A member that is no parameter, one that is not compared, one that is not shown."""

        name: str
        length: int = dataclasses.field(init=False, compare=False)
        quiet: int = dataclasses.field(default=0, repr=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "length", len(self.name))

    return Computed


def partly_hashed(make: Callable[[type], type]) -> type:
    @make
    class PartlyHashed:
        """A member that cannot be hashed, and need not be."""

        name: str
        words: list[str] = dataclasses.field(default_factory=list, hash=False)

    return PartlyHashed


def own_methods(make: Callable[[type], type]) -> type:
    @make
    class Own:
        """It says itself what is equal, and how it looks."""

        name: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self)) and self.name.lower() == other.name.lower()

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    return Own


def generic(make: Callable[[type], type]) -> type:
    @make
    class Held(Generic[T]):
        """A generic."""

        name: T

    return Held


BODIES = (plain, one, empty, derived, computed, partly_hashed, own_methods, generic)
OPTIONS: tuple[dict[str, bool], ...] = (
    {"frozen": True, "slots": True, "kw_only": True},
    {"frozen": True, "slots": True},
    {"slots": True},
    {"slots": True, "kw_only": True},
    {"frozen": True, "kw_only": True},
    {"kw_only": True},
    {"frozen": True, "slots": True, "kw_only": True, "eq": False},
    {"slots": True, "eq": False},
)
GIVEN: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((), {}),
    ((), {"name": "a"}),
    ((), {"name": "A"}),
    ((), {"name": "a", "size": 9, "words": ["x"]}),
    ((), {"name": "a", "last": "b"}),
    ((), {"name": "a", "unknown": 1}),
    ((), {"name": "a", "quiet": 1}),
    (("a",), {}),
    (("a", 2), {}),
    (("a", 2, [], 4, 5), {}),
)


def made() -> Iterator[Made]:
    for body in BODIES:
        for options in OPTIONS:
            name = f"{body.__name__} {' '.join(options)}"
            ours, theirs = record(**options), dataclasses.dataclass(**options)
            yield name, body(ours), body(theirs)


def said(do: Callable[[], object]) -> object:
    """What comes of it: a value, or the class and the words of an error."""
    try:
        found = do()
    except (TypeError, AttributeError) as error:
        # With slots, the standard library refuses foreign members in words about itself.
        if isinstance(error, dataclasses.FrozenInstanceError) or "super(" in str(error):
            return ("refused",)
        return type(error).__name__, str(error)
    return found


def looked_at(cls: type) -> list[object]:
    """Everything that anybody may ask records of a class."""
    seen: list[object] = [
        said(lambda: [(f.name, f.type, f.init, f.repr, f.compare, f.kw_only, f.default,
                       f.default_factory)
                      for f in dataclasses.fields(cls)]),
        cls.__dict__.get("__match_args__"),
        cls.__dict__.get("__slots__"),
        cls.__doc__,
        cls.__hash__ is None,
    ]  # fmt: skip
    records = [said(partial(cls, *given, **named)) for given, named in GIVEN]
    for each in records:
        if isinstance(each, tuple):
            seen.append(each)
            continue
        seen += [
            repr(each),
            [each == other for other in records],
            said(partial(_is_hashed_by_value, each)),
            said(partial(_hash_is_of_name_alone, each)),
            said(partial(_members, each)),
            said(partial(_renamed, each)),
            said(partial(_repr_of_copy, each)),
            said(partial(_with_another_name, each, "name")),
            said(partial(_with_another_name, each, "foreign")),
            said(partial(_without_name, each)),
        ]
    return seen


def _is_hashed_by_value(value: object) -> bool:
    return hash(value) == hash(copy.copy(value))


def _hash_is_of_name_alone(value: Any) -> bool:
    return hash(value) == hash((value.name,))


def _members(value: Any) -> dict[str, Any]:
    return dataclasses.asdict(value)


def _renamed(value: Any) -> str:
    return repr(dataclasses.replace(value, name="new"))


def _with_another_name(value: object, member: str) -> str:
    changed = copy.copy(value)
    setattr(changed, member, "other")
    return repr(changed)


def _without_name(value: object) -> str:
    changed = copy.copy(value)
    del changed.name  # type: ignore[attr-defined]
    return repr(changed)


def _repr_of_copy(value: object) -> str:
    return repr(copy.deepcopy(value))


def test_a_record_does_what_a_dataclass_of_the_standard_library_does() -> None:
    different = [
        (name, *pair)
        for name, ours, theirs in made()
        for pair in zip(looked_at(ours), looked_at(theirs), strict=True)
        if pair[0] != pair[1]
    ]

    assert different == []


@record(frozen=True, slots=True, kw_only=True)
class Sent:
    """What goes to another process."""

    name: str
    words: tuple[str, ...] = ()


def test_a_record_can_be_sent_to_another_process() -> None:
    sent = Sent(name="a", words=("b",))  # type: ignore[call-arg]

    assert pickle.loads(pickle.dumps(sent)) == sent  # noqa: S301


def test_the_words_of_a_record_that_was_never_made_cost_nothing() -> None:
    @record(slots=True)
    class Never:
        """Nobody makes one."""

        name: str

    before = Never.__init__
    Never("a")  # type: ignore[call-arg]

    assert before.__code__.co_varnames != Never.__init__.__code__.co_varnames[:2]
    assert Never.__init__.__code__.co_varnames[:2] == ("self", "name")


def test_a_record_has_members_of_either_kind_and_of_either_kind_of_base() -> None:
    @dataclasses.dataclass(kw_only=True)
    class Standard:
        name: str
        words: list[str] = dataclasses.field(default_factory=list)

    @record(kw_only=True)
    class Ours(Standard):
        size: int = field(default=3, compare=False)

    @dataclasses.dataclass(kw_only=True)
    class OfOurs(Ours):
        last: str = "z"

    made = OfOurs(name="a", size=4)  # type: ignore[call-arg]

    assert dataclasses.asdict(made) == {"name": "a", "words": [], "size": 4, "last": "z"}
    assert replace(made, last="y") == OfOurs(name="a", last="y")
    assert [each.name for each in fields(Ours)] == ["name", "words", "size"]
    assert replace(Ours(name="a"), name="b") == Ours(name="b", size=9)  # type: ignore[call-arg]


def test_records_are_made_and_used_without_the_library_that_they_replace() -> None:
    program = """
import sys
from mmctl.records import dataclass, field, fields, replace

@dataclass(frozen=True, slots=True)
class Some:
    name: str
    size: int = field(default=3)

assert replace(Some("a"), size=4) == Some("a", 4) and len(fields(Some)) == 2
assert repr(Some("a")) == "Some(name='a', size=3)" and hash(Some("a")) == hash(Some("a"))
print({"dataclasses", "inspect"} & sys.modules.keys())
"""

    assert (
        subprocess.check_output([sys.executable, "-Sc", program], text=True, env=WITHOUT_SITE)
        == "set()\n"
    )
