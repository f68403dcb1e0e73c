"""How rules are packed into live rules, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.live.compare.wording import GLUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.compare.edits import Edit

PACKING: Final = "live rules"
"""The name of the line that says how a rule set is packed."""
_FEW: Final = 3
"""Up to this many live rules of a rule are named."""


def in_live_rules(edit: Edit) -> str:
    """The live rule that a packed rule is in: `in live rule mm.block.etc, one of 14`."""
    names = edit.live_rules
    if edit.in_none:
        return "in no live rule"
    if not names:
        return ""
    if len(names) == 1:
        among = f", one{GLUE}of{GLUE}{edit.among}" if edit.among > 1 else ""
        return f"in live{GLUE}rule{GLUE}{names[0]}{among}"
    shown = ", ".join(names) if len(names) <= _FEW else f"{', '.join(names[:_FEW])} …"
    return f"in {len(names)} live rules: {shown}"


def how_packed(configuration: LiveConfiguration, thing: LiveObject) -> str:
    """How a new rule set is packed; one that is not proved to be alike never gets this far."""
    live = counted(len(thing.origins), "live rule")
    lists = sum(each.compiled_for == thing.name for each in configuration.objects)
    more = f", with {counted(lists, 'compiled list')}" if lists else ""
    return f"{counted(len(thing.logical), 'rule')} in {live}{more}; proved alike"


def live_rule_rows(thing: LiveObject) -> Iterator[tuple[str, str, str | None]]:
    """The live rules of a packed rule set: name, how many rules they hold, and their place."""
    for number, origin in enumerate(thing.origins, 1):
        held = f", holds {counted(len(origin.holds), 'rule')}" if origin.holds else ""
        yield origin.name, f"live rule {number}{held}", origin.place
