"""Cases that mmctl writes itself, as the text of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.language.text.layout import Branch, Entry, Leaf, laid_out

if TYPE_CHECKING:
    from collections.abc import Sequence


def text_of(cases: Sequence[Branch], header: str) -> str:
    """A file of cases below a comment."""
    items = [Entry(value=case, before=[""] if place else []) for place, case in enumerate(cases)]
    root = Branch(mapping=True)
    root.entries = [
        Entry(key=Leaf(text="version"), value=Leaf(text="1", verbatim=True), before=[header]),
        Entry(key=Leaf(text="cases"), value=Branch(mapping=False, entries=items)),
    ]
    return laid_out(root)


def put(case: Branch, key: str, value: Any, *, below: bool = False) -> None:
    """Add a member to a case; `below`: each of its keys has a line of its own."""
    case.entries.append(Entry(key=Leaf(text=key), value=_tree(value, below=below)))


def _tree(value: Any, *, below: bool = False) -> Branch | Leaf:
    match value:
        case dict():
            entries = [
                Entry(key=Leaf(text=name), value=_tree(each)) for name, each in value.items()
            ]
            return Branch(mapping=True, entries=entries, flow=not below)
        case list():
            return Branch(mapping=False, entries=[Entry(value=_tree(v)) for v in value], flow=True)
        case bool():
            return Leaf(text="true" if value else "false", verbatim=True)
        case int():
            return Leaf(text=str(value), verbatim=True)
        case _:
            return _leaf(str(value))


def _leaf(text: str) -> Leaf:
    """A value without variables: `${` starts one unless it is written `$${`, but not in keys."""
    return Leaf(text=text.replace("${", "$${"))
