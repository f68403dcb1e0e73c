"""Ids and ARNs of the service ⇄ logical names, in the references inside shapes.

A reference is a logical name, `id:…`, or an ARN; which one the service takes depends on the kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot, UsageError
from mmctl.language.references import with_references
from mmctl.model.shape import ShapeError
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.compiler.configuration import Key, LiveObject
    from mmctl.language.project import Reference
    from mmctl.live.state.service import Identity
    from mmctl.model.kinds import Kind

ID: Final = "id:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Which id has which logical name, in one account and region."""

    identity: Identity
    ids: Mapping[Key, str] = field(default_factory=dict)
    """Ids by kind and logical name: managed objects."""
    bindings: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)

    def with_id(self, key: Key, live_id: str) -> Names:
        """The same names plus one."""
        return replace(self, ids={**self.ids, key: live_id})

    def logical(self, reference: Reference) -> str:
        """What a reference in a live object is called here: a logical name, else `id:…`."""
        text = reference.name
        if not text.startswith("arn:"):
            live_id = text.removeprefix(ID)
        elif self._own(reference.kind, text):
            live_id = text.rsplit("/", 1)[-1]
        else:
            return text
        return self._name_of(reference.kind, live_id) or f"{ID}{live_id}"

    def desired(self, reference: Reference) -> str:
        """The same for a reference in a file, where a bare text is a logical name."""
        if reference.name.startswith((ID, "arn:")):
            return self.logical(reference)
        return reference.name

    def live(self, reference: Reference) -> str:
        """What the service takes for a reference: an id, or an ARN if it requires one.

        Raises:
            UsageError: the logical name is neither managed here nor bound to an id.
        """
        text = reference.name
        if text.startswith("arn:"):
            return text
        live_id = (
            text.removeprefix(ID) if text.startswith(ID) else self._id_of(reference.kind, text)
        )
        if reference.kind.row.by_arn and not live_id.startswith("arn:"):
            return self.identity.arn(reference.kind.row.referred.noun, live_id)
        return live_id

    def _own(self, kind: Kind, arn: str) -> bool:
        return arn.rpartition("/")[0] == self.identity.arn(kind.row.referred.noun, "").rstrip("/")

    def _name_of(self, kind: Kind, live_id: str) -> str | None:
        managed = (
            name for (of, name), known in self.ids.items() if of is kind and known == live_id
        )
        bound = (
            name
            for name, text in self.bindings.get(kind, {}).items()
            if text.removeprefix(ID).rsplit("/", 1)[-1] == live_id
        )
        return next(managed, None) or next(bound, None)

    def _id_of(self, kind: Kind, name: str) -> str:
        live_id = self.ids.get((kind, name)) or self.bindings.get(kind, {}).get(name)
        if live_id is None:
            raise UsageError(
                f"{kind.noun} `{name}` is neither in the project nor in `bindings`",
                help=f"define it, or add it to the environment's `bindings: {{{kind}: …}}`",
            )
        return live_id.removeprefix(ID)


def named_live(thing: LiveObject, names: Names) -> LiveObject:
    """A live object with every reference as a logical name, or `id:…` if there is none.

    Raises:
        CouldNot: it refers to something with a name that no reference can have.
    """
    try:
        return replace(thing, shape=with_references(thing.shape, names.logical))
    except ShapeError:
        raise CouldNot(
            f"{thing.kind.noun} `{thing.live_name}` refers to an object with an invalid name",
            help="fix the names of add-ons and other objects in the service",
        ) from None


def named_desired(thing: LiveObject, names: Names) -> LiveObject:
    """A desired object with `id:…` and ARNs of known things replaced by logical names."""
    written = (
        replace(rule, shape=with_references(rule.shape, names.desired)) for rule in thing.logical
    )
    shape = with_references(thing.shape, names.desired)
    return replace(thing, shape=shape, logical=tuple(written))
