"""Which live object is which desired one: one assignment for all objects of a kind.

First by id, from the last apply (or from a snapshot), then by `was`, then by live name.
Similar objects are not paired: `proposals.py` says which could be. If the service cannot rename,
the live name comes first, because it identifies the object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.state.replacing import why_replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.model.kinds import Kind


def paired_names(
    found: Sequence[LiveObject],
    kind: Kind,
    desired: LiveConfiguration,
    known: LiveConfiguration | None = None,
) -> tuple[str, ...]:
    """The logical names of the live objects of a kind, parallel to `found`, all different.

    `known` is the configuration that the last apply left; no order makes a difference.
    """
    order = sorted(range(len(found)), key=lambda at: _rank(found[at], desired.project))
    live = [found[at] for at in order]
    pairs = _Pairs(live, kind, desired, tuple(known.of_kind(kind)) if known else ())
    pairs.assign()
    names = dict(zip(order, pairs.names(), strict=True))
    return tuple(names[at] for at in range(len(found)))


def _rank(thing: LiveObject, project: str) -> tuple[bool, str, str]:
    """Ours first; the rest makes the order independent of the service's order."""
    return (thing.project != project, thing.live_name, thing.id or thing.subscription_id or "")


class _Pairs:
    """The assignment in progress: each desired object gets at most one live object."""

    def __init__(
        self,
        live: Sequence[LiveObject],
        kind: Kind,
        desired: LiveConfiguration,
        known: Sequence[LiveObject],
    ) -> None:
        self.live = live
        self.kind = kind
        self.project = desired.project
        self.desired = sorted(desired.of_kind(kind), key=lambda thing: thing.name)
        self.known = known
        self.of_name: dict[str, LiveObject] = {}
        """The live object of a desired one, by logical name."""

    def assign(self) -> None:
        """Pair what belongs together, in order of precedence."""
        if self.kind.row.name_is_fixed:
            self._by_live_name()
        self._by_own_id()
        self._by_known_id()
        self._by_was()
        self._by_live_name()

    def names(self) -> Iterator[str]:
        """The logical name of each live object; what is not desired gets a new one."""
        names = {id(thing): name for name, thing in self.of_name.items()}
        used = {thing.name for thing in self.desired}
        for thing in self.live:
            name = names.get(id(thing)) or self._own_name(thing, used)
            used.add(name)
            yield name

    def _own_name(self, thing: LiveObject, used: set[str]) -> str:
        """The earlier name of a live object, else its live name, if free."""
        before = [each.name for each in self.known if _same_object(each, thing)]
        for name in (*before, thing.live_name):
            if name not in used:
                return name
        return f"{thing.live_name}({thing.id or thing.subscription_id})"

    def _open(self) -> list[LiveObject]:
        return [thing for thing in self.desired if thing.name not in self.of_name]

    def _free(self) -> list[LiveObject]:
        taken = {id(thing) for thing in self.of_name.values()}
        return [thing for thing in self.live if id(thing) not in taken]

    def _by_own_id(self) -> None:
        """Pair by the ids that a snapshot's objects have."""
        for thing in self._open():
            self._take(thing, (each for each in self._free() if _same_object(thing, each)))

    def _by_known_id(self) -> None:
        before = {thing.name: thing for thing in self.known}
        for thing in self._open():
            last = before.get(thing.name)
            fits = [each for each in self._free() if last and _same_object(last, each)]
            if fits and not self._has_successor(thing, fits[0]):
                self._take(thing, fits)

    def _has_successor(self, wanted: LiveObject, thing: LiveObject) -> bool:
        """Whether an object that no update can change is already replaced and not yet deleted."""
        if why_replaced(wanted, thing) is None:
            return False
        ids = {each.id for each in self.known if each.id}
        return any(
            each.live_name == wanted.live_name
            and each.id not in ids
            and why_replaced(wanted, each) is None
            for each in self._ours()
        )

    def _by_was(self) -> None:
        """Pair by the former name, as the last apply knew it, else by the live name.

        A `was` that is left in the files after its rename names nothing, or somebody else's object.
        It counts if nothing has the new name yet, or somebody else's object has it, or no other
        object wants the one with the former name. One pairing may free the name of the next.
        """
        while any(self._take_former(thing) for thing in self._open() if thing.was):
            pass

    def _take_former(self, thing: LiveObject) -> bool:
        named_so = [each for each in self.known if each.live_name == thing.was]
        if named_so:
            fits = (each for each in self._ours() if _same_object(named_so[0], each))
            return self._take(thing, fits)
        others = {each.live_name for each in self._open() if each is not thing}
        is_there = any(each.live_name == thing.live_name for each in self._ours())
        if is_there and thing.was in others:
            return False
        return self._take(thing, (each for each in self._ours() if each.live_name == thing.was))

    def _ours(self) -> list[LiveObject]:
        return [thing for thing in self._free() if thing.project == self.project]

    def _by_live_name(self) -> None:
        for thing in self._open():
            fits = (each for each in self._free() if each.live_name == thing.live_name)
            self._take(thing, fits)

    def _take(self, thing: LiveObject, fits: Iterable[LiveObject]) -> bool:
        found = next(iter(fits), None)
        if found is not None:
            self.of_name[thing.name] = found
        return found is not None


def _same_object(one: LiveObject, other: LiveObject) -> bool:
    """Whether two have the same id; for an add-on without an instance, that of its subscription."""
    if one.id is not None and other.id is not None:
        return one.id == other.id
    return one.subscription_id is not None and one.subscription_id == other.subscription_id
