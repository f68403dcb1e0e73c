"""Scripts that another script includes (RFC 6609): found beside it, and never in a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from mmctl.interchange.sieve.arguments import given
from mmctl.interchange.sieve.vocabulary import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.sieve.syntax import QuotedString, Script, ScriptCall

DEEPEST: Final = 10
"""Scripts that include each other, as in Pigeonhole."""
MOST: Final = 1_000
"""Inclusions of one import."""


class Including(Protocol):
    """What an inclusion needs of the walk."""

    open_scripts: list[str]
    once: set[str]
    inclusions: int

    def find(self, name: str, *, shared: bool) -> Script | None:
        """A script by its name."""
        ...

    def constant(self, text: QuotedString) -> str | None:
        """A text, if it is the same for every message."""
        ...


def names_of_files(name: str, *, shared: bool) -> Iterator[str]:
    """Where a script of a name is, as servers store them: beside, and in folders beside."""
    for folder in ("", "global/", "sieve-global/") if shared else ("", "sieve/"):
        for ending in (".sieve", ".siv", ""):
            yield f"{folder}{name}{ending}"


def included(call: ScriptCall, walk: Including) -> tuple[Script | None, str | None]:
    """The script that a command includes, or why it does not come along; neither: it need not."""
    found = given(call, COMMANDS["include"])
    texts = found.texts(0)
    name = walk.constant(texts[0]) if texts else None
    if name is None:
        return None, "the name of the script depends on the message"
    if not name or "/" in name or name.startswith("."):
        return None, "the name of a script has no `/`, and does not start with `.`"
    script = walk.find(name, shared="global" in found.tags)
    if script is None:
        return None, None if "optional" in found.tags else f"no script `{name}` beside this one"
    if "once" in found.tags and script.file in walk.once:
        return None, None
    if script.file in walk.open_scripts:
        loop = " → ".join((*walk.open_scripts, script.file))
        return None, f"the scripts include each other: {loop}"
    if len(walk.open_scripts) > DEEPEST or walk.inclusions >= MOST:
        return None, "too many scripts include each other"
    walk.once.add(script.file)
    walk.inclusions += 1
    return script, None
