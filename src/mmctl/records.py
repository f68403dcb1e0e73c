"""`dataclass` of the standard library, made six times faster: a program has hundreds of records.

The standard library compiles the source of up to eight methods for each class, which was a third of
the start. Here methods are closures, and `__init__` is compiled when the first record is made. To
the type checker, and to `fields`, `replace`, `asdict` and `match`, the classes are dataclasses.
"""

from __future__ import annotations

import sys
from functools import partial
from operator import attrgetter
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import Field, asdict, dataclass, field, fields, replace

_STANDARD: Final = "__dataclass_fields__"
"""Where the standard library finds the fields of a class."""
_OWN: Final = "__record_fields__"
"""Where they are found here."""
_DEFAULT: Final = object()
"""Instead of a default that there is not."""
_put: Final = object.__setattr__


class RecordField:
    """One member of a record, as `dataclasses.Field`."""

    __slots__ = (
        "compare",
        "default",
        "default_factory",
        "hash",
        "init",
        "kw_only",
        "name",
        "repr",
        "type",
    )

    def __init__(
        self,
        *,
        default: Any = _DEFAULT,
        default_factory: Any = _DEFAULT,
        init: bool = True,
        repr: bool = True,
        hash: bool | None = None,
        compare: bool = True,
        kw_only: Any = _DEFAULT,
    ) -> None:
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.kw_only = init, repr, kw_only
        self.compare, self.hash = compare, compare if hash is None else hash
        self.name = ""
        self.type: Any = None


Fields = dict[str, RecordField]


def record(
    *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True
) -> Callable[[type], type]:
    """Make a record of a class, as `dataclasses.dataclass` does with these options."""
    return partial(_made, frozen=frozen, slots=slots, kw_only=kw_only, eq=eq)


def _fields(of: Any) -> tuple[Any, ...]:
    cls = of if isinstance(of, type) else type(of)
    known = cls.__dict__.get(_OWN)
    if known is not None:
        return tuple(known.values())
    from dataclasses import fields  # noqa: PLC0415 - as all of this library, hardly ever needed

    return fields(of)


def _asdict(of: Any) -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415

    return asdict(of)


def _replace(of: Any, /, **changes: Any) -> Any:
    known: Fields | None = type(of).__dict__.get(_OWN)
    if known is None or not all(known[name].init for name in changes if name in known):
        from dataclasses import replace  # noqa: PLC0415

        return replace(of, **changes)
    for name, each in known.items():
        if each.init and name not in changes:
            changes[name] = getattr(of, name)
    return type(of)(**changes)


if not TYPE_CHECKING:
    dataclass, field = record, RecordField
    asdict, fields, replace = _asdict, _fields, _replace

__all__ = ("RecordField", "asdict", "dataclass", "field", "fields", "record", "replace")


def _made(cls: type, *, frozen: bool, slots: bool, kw_only: bool, eq: bool) -> type:
    own = _own_fields(cls, kw_only=kw_only)
    known: Fields = {}
    for base in reversed(cls.__mro__[1:]):
        known |= _of_base(base)
    known |= own
    for name, each in own.items():
        if _field_in(cls.__dict__.get(name)) is not None:
            if each.default is _DEFAULT:
                delattr(cls, name)
            else:
                setattr(cls, name, each.default)
    if slots:
        cls = _with_slots(cls, known)
    compared = tuple(name for name, each in known.items() if each.compare)
    hashed = tuple(name for name, each in known.items() if each.hash)
    add: dict[str, Any] = {
        "__init__": _first_init(cls, known, frozen=frozen),
        "__repr__": _repr_of(tuple(name for name, each in known.items() if each.repr)),
        "__match_args__": tuple(n for n, each in known.items() if each.init and not each.kw_only),
    }
    if eq:
        add["__eq__"] = _eq_of(compared)
        add["__hash__"] = _hash_of(hashed) if frozen else None
    if frozen:
        add["__setattr__"], add["__delattr__"] = _refusals(cls, known)
        if slots:
            add["__getstate__"], add["__setstate__"] = _states(tuple(known))
    for name, value in add.items():
        if name not in cls.__dict__ or (name == "__hash__" and cls.__dict__[name] is None):
            setattr(cls, name, value)
    setattr(cls, _OWN, known)
    setattr(cls, _STANDARD, _ForOthers(known))
    cls.__dataclass_params__ = _Options(eq=eq, frozen=frozen)  # type: ignore[attr-defined]
    return cls


class _Options:
    """What the standard library asks a dataclass for, where another inherits from it."""

    def __init__(self, *, eq: bool, frozen: bool) -> None:
        self.init = self.repr = True
        self.order = self.unsafe_hash = False
        self.eq, self.frozen = eq, frozen


class _ForOthers:
    """The fields as the standard library has them: made when somebody asks, and not before."""

    def __init__(self, known: Fields) -> None:
        self._known = known
        self._made: dict[str, Field[Any]] = {}

    def __get__(self, _: object, __: type | None = None) -> Mapping[str, Field[Any]]:
        if len(self._made) < len(self._known):
            self._made = {name: _standard(each) for name, each in self._known.items()}
        return self._made


def _standard(own: RecordField) -> Field[Any]:
    import dataclasses  # noqa: PLC0415

    made: Any = dataclasses.field(init=own.init, repr=own.repr, hash=own.hash, compare=own.compare)
    for member in ("default", "default_factory"):
        value = getattr(own, member)
        setattr(made, member, dataclasses.MISSING if value is _DEFAULT else value)
    made.name, made.type, made.kw_only = own.name, own.type, own.kw_only
    made._field_type = dataclasses._FIELD  # type: ignore[attr-defined]  # noqa: SLF001
    return made  # type: ignore[no-any-return]


def _field_in(value: object) -> RecordField | None:
    """The field that a class body has in place of a default, ours or the standard library's."""
    if isinstance(value, RecordField):
        return value
    standard = sys.modules.get("dataclasses")
    if standard is None or not isinstance(value, standard.Field):
        return None
    given = {
        member: getattr(value, member)
        for member in ("default", "default_factory", "init", "repr", "hash", "compare", "kw_only")
        if getattr(value, member) is not standard.MISSING
    }
    return RecordField(**given)


def _of_base(base: type) -> Fields:
    """The fields that a class inherits, if it is a record, or a dataclass."""
    if _OWN in base.__dict__:
        return dict(base.__dict__[_OWN])
    found: Fields = {}
    for name, each in base.__dict__.get(_STANDARD, {}).items():
        converted = _field_in(each)
        if converted is not None:
            converted.name, converted.type = name, each.type
            found[name] = converted
    return found


def _own_fields(cls: type, *, kw_only: bool) -> Fields:
    own: Fields = {}
    for name, annotation in cls.__annotations__.items():
        if str(annotation).startswith("ClassVar"):
            continue
        default = cls.__dict__.get(name, _DEFAULT)
        found = _field_in(default) or RecordField(default=default)
        found.name, found.type = name, annotation
        if found.kw_only is _DEFAULT:
            found.kw_only = kw_only
        own[name] = found
    return own


def _with_slots(cls: type, known: Fields) -> type:
    """The class again, with slots for its fields: slots are taken when a class is created."""
    members = {name: value for name, value in cls.__dict__.items() if name not in known}
    members.pop("__dict__", None)
    members.pop("__weakref__", None)
    taken = {slot for base in cls.__mro__[1:] for slot in base.__dict__.get("__slots__", ())}
    members["__slots__"] = tuple(name for name in known if name not in taken)
    made = type(cls)(cls.__name__, cls.__bases__, members)
    made.__qualname__ = cls.__qualname__
    return made


def _first_init(cls: type, known: Fields, *, frozen: bool) -> Callable[..., None]:
    """An `__init__` that puts the real one in its place when the first record is made."""

    def first(self: object, *given: object, **named: object) -> None:
        if cls.__dict__["__init__"] is first:
            cls.__init__ = _init_of(cls, known, frozen=frozen)  # type: ignore[misc]
        cls.__init__(self, *given, **named)  # type: ignore[misc]

    return first


def _init_of(cls: type, known: Fields, *, frozen: bool) -> Callable[..., None]:
    names: dict[str, Any] = {"_put": _put, "_DEFAULT": _DEFAULT}
    by_place: list[str] = []
    by_name: list[str] = []
    body: list[str] = []
    for name, each in known.items():
        value = name
        if each.default_factory is not _DEFAULT:
            names[f"_make_{name}"] = each.default_factory
            value = f"_make_{name}()"
            if each.init:
                value += f" if {name} is _DEFAULT else {name}"
        if each.init:
            parameter = name
            if each.default_factory is not _DEFAULT:
                parameter = f"{name}=_DEFAULT"
            elif each.default is not _DEFAULT:
                names[f"_default_{name}"] = each.default
                parameter = f"{name}=_default_{name}"
            (by_name if each.kw_only else by_place).append(parameter)
        elif each.default_factory is _DEFAULT:
            continue
        if not frozen:
            body.append(f"self.{name} = {value}")
        elif isinstance(slot := cls.__dict__.get(name), MemberDescriptorType):
            names[f"_put_{name}"] = slot.__set__  # faster than to look for the slot each time
            body.append(f"_put_{name}(self, {value})")
        else:
            body.append(f"_put(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join(["self", *by_place, *(["*", *by_name] if by_name else [])])
    source = f"def __init__({parameters}):\n    " + "\n    ".join(body or ["pass"])
    exec(source, names)  # noqa: S102 - the names are those of our own fields
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _values_of(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    match names:
        case ():
            return lambda _: ()
        case (name,):
            return lambda record: (getattr(record, name),)
        case _:
            return attrgetter(*names)


def _eq_of(names: tuple[str, ...]) -> Callable[[object, object], object]:
    values = _values_of(names)

    def equal(self: object, other: object) -> object:
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    return equal


def _hash_of(names: tuple[str, ...]) -> Callable[[object], int]:
    values = _values_of(names)

    def hashed(self: object) -> int:
        return hash(values(self))

    return hashed


def _repr_of(names: tuple[str, ...]) -> Callable[[object], str]:
    def shown(self: object) -> str:
        members = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({members})"

    return shown


def _refusals(
    cls: type, known: Fields
) -> tuple[Callable[[object, str, object], None], Callable[[object, str], None]]:
    def refuse(self: object, name: str, value: object) -> None:
        if type(self) is cls or name in known:
            raise _frozen(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)  # type: ignore[arg-type]

    def keep(self: object, name: str) -> None:
        if type(self) is cls or name in known:
            raise _frozen(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)  # type: ignore[arg-type]

    return refuse, keep


def _frozen(message: str) -> AttributeError:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415

    return FrozenInstanceError(message)


def _states(
    names: tuple[str, ...],
) -> tuple[Callable[[object], list[object]], Callable[[object, list[object]], None]]:
    """How a frozen record with slots is copied, and sent to another process."""

    def taken(self: object) -> list[object]:
        return [getattr(self, name) for name in names]

    def put_back(self: object, state: list[object]) -> None:
        for name, value in zip(names, state, strict=True):
            _put(self, name, value)

    return taken, put_back
