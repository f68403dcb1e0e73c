"""What another tool manages, by the tags of the object: it must let go before mmctl takes over."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from mmctl.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.live.compare.edits import Edit

_TOOLS: Final = ("cloudformation",)


def tools_named(names: Iterable[str]) -> tuple[str, ...]:
    """What `--adopt-from` names, checked.

    Raises:
        UsageError: it is not a tool with what it manages.
    """
    found = tuple(sorted(set(names)))
    for name in found:
        tool, _, what = name.partition(":")
        if tool not in _TOOLS or not what:
            raise UsageError(
                f"got `--adopt-from {name}`", help="`cloudformation:STACK`, as the plan says it"
            )
    return found


def check_other_tools(adopted: Sequence[Edit], adopt_from: Sequence[str]) -> None:
    """Refuse to adopt what another tool manages, unless somebody says that it has let go.

    Raises:
        Refused: a tool that is not in `adopt_from` manages some of it.
    """
    held = [
        edit
        for edit in adopted
        if edit.managed_by is not None and edit.managed_by not in adopt_from
    ]
    if not held:
        return
    names = ", ".join(f"{edit.resource.noun} {edit.object}" for edit in held)
    tools = dict.fromkeys(edit.managed_by for edit in held if edit.managed_by is not None)
    flags = " ".join(f"--adopt-from {quote(tool)}" for tool in tools)
    raise Refused(
        f"{len(held)} to adopt by tags of another tool: {names} ({', '.join(tools)})",
        why="a tool that still has them would undo what mmctl changes, or delete them; the tag "
        "stays when it has let go",
        help="first let it go: mmctl import --from cloudformation TEMPLATE --take KIND prints the "
        f"steps; then: --adopt {flags}",
    )
