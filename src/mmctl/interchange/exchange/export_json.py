"""What `Get-TransportRule | ConvertTo-Json` writes, and Microsoft's tenant configuration.

Members are read as they are; values that PowerShell cut off, because it stops at two levels unless
it does not get `-Depth`, are known by their look. Objects, which older servers write for people and
sizes, are read by the member that says what a parameter would.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.errors import ProblemsFound
from mmctl.interchange.exchange.export_xml import ExportedRules
from mmctl.interchange.exchange.stated import StatedRule, StatedValue
from mmctl.interchange.exchange.vocabulary import ValueKind, conditions_among, known
from mmctl.interchange.migration.placed_json import placed
from mmctl.interchange.migration.source import Unread
from mmctl.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.migration.placed_json import Node

_CLASSES: Final = ("Conditions", "Exceptions", "Actions")
_LISTS: Final = ("value", "resources", "properties", "rules")
"""Members that hold the rules of an answer of Graph, of a snapshot, and of what people make."""
_TYPE: Final = "microsoft.exchange.transportrule"
_CUT: Final = re.compile(
    r"System\.[\w.]+(?:\[\]|`\d.*)?|Microsoft\.Exchange\.[\w.`+\[\]]+|@\{.*\}|\.\.\."
)
"""What stands for a value that PowerShell did not write out."""
_DEEPER: Final = "PowerShell cut its value off: export with `ConvertTo-Json -Depth 5`"
_SAYS: Final = ("PrimarySmtpAddress", "SmtpAddress", "Address", "Name", "DisplayName", "Value")
"""Members of an object that say what a parameter would, the best first."""
_ANNOTATION: Final = re.compile(r".*@(?:odata|data)\..*")
_IGNORED: Final = frozenset({"@odata.type", "@odata.id", "@odata.context"})


def read_json(file: str, text: str) -> ExportedRules:
    """The rules of a JSON export.

    Raises:
        ProblemsFound: the file is not JSON, or has no transport rule.
    """
    exported = ExportedRules()
    root = placed(file, text)
    others: dict[str, list[Node]] = {}
    for node in _objects(root, exported, others):
        exported.rules.append(_rule(node, exported))
    for kind, nodes in others.items():
        exported.unread.append(
            Unread(
                place=nodes[0].place,
                text=f"{counted(len(nodes), 'resource')} of type {kind}",
                why="they are no transport rules",
            )
        )
    if not exported.rules:
        problem = Problem(
            check="not-read",
            severity=Severity.ERROR,
            position=root.place,
            message="the file has no transport rule: no object with a `Name` and a `State`",
            help="export with `Get-TransportRule | ConvertTo-Json -Depth 5`",
        )
        raise ProblemsFound(f"cannot read `{file}`", (problem,))
    return exported


def _objects(root: Node, exported: ExportedRules, others: dict[str, list[Node]]) -> Iterator[Node]:
    """The objects that are rules, wherever the document has its list."""
    waiting = deque([root])
    while waiting:
        node = waiting.popleft()
        if node.items is not None:
            waiting.extendleft(reversed(node.items))
            continue
        members = node.members
        if members is None:
            exported.unread.append(
                Unread(place=node.place, text=str(node.plain), why="it is no object")
            )
            continue
        kind = members.get("resourceType")
        inner = next((members[name] for name in _LISTS if name in members), None)
        if kind is not None and str(kind.plain).lower() != _TYPE:
            others.setdefault(str(kind.plain), []).append(kind)
        elif inner is not None and (inner.items is not None or inner.members is not None):
            waiting.appendleft(inner)
        elif _looks_like_a_rule(members):
            yield node
        else:
            text = ", ".join(list(members)[:4])
            exported.unread.append(Unread(place=node.place, text=text, why="it is no rule"))


def _looks_like_a_rule(members: dict[str, Node]) -> bool:
    names = {name.lower() for name in members}
    return bool({"name", "identity"} & names) and bool(
        {"state", "enabled", "mode", "priority", "conditions", "actions"} & names
    )


def _rule(node: Node, exported: ExportedRules) -> StatedRule:
    members = node.members or {}
    lower = {name.lower(): value for name, value in members.items()}
    named = lower.get("name") or lower.get("identity")
    rule = StatedRule(name=str(named.plain) if named is not None else "", place=node.place)
    for name, place in node.repeated or ():
        exported.unread.append(
            Unread(place=place, text=name, why="the member is there twice, the last one is read")
        )
    classes: list[str] = []
    for name, value in members.items():
        if name in _CLASSES:
            classes += _class_names(value)
        elif name not in _IGNORED and not _ANNOTATION.fullmatch(name):
            stated = _stated(name, value)
            if stated is not None:
                rule.members.append(stated)
    rule.promised = tuple(classes)
    rule.has_conditions, rule.is_selection = conditions_among(members)
    return rule


def _class_names(node: Node) -> Iterator[str]:
    """The last words of .NET class names, in a list or in one text with semicolons or spaces."""
    for item in node.items if node.items is not None else [node]:
        for word in re.split(r"[;,\s]+", str(item.scalar or "")):
            if word.startswith("Microsoft.Exchange."):
                yield word.rpartition(".")[2]


def _stated(name: str, node: Node) -> StatedValue | None:
    values: list[str] = []
    lost: str | None = None
    found = known(name)
    settings = found is not None and found.row.takes is ValueKind.SETTINGS
    for item in node.items if node.items is not None else [node]:
        value = _text(item)
        if value is None:
            continue
        if _CUT.fullmatch(value) and not (settings and value.startswith("@{")):
            lost = _DEEPER
            continue
        values.append(value)
    if not values and lost is None:
        return None
    return StatedValue(name=name, values=tuple(values), place=node.place, lost=lost)


def _text(node: Node) -> str | None:
    """The value as a parameter would have it; None: there is none."""
    if node.members is not None:
        return _of_object(node.members)
    if node.items is not None:
        return " ".join(filter(None, (_text(item) for item in node.items)))
    if node.scalar is None or node.scalar == "":
        return None
    if isinstance(node.scalar, bool):
        return "true" if node.scalar else "false"
    return str(node.scalar)


def _of_object(members: dict[str, Node]) -> str | None:
    low, high = members.get("LowerBound"), members.get("UpperBound")
    if low is not None and high is not None:
        return f"{_text(low)}-{_text(high)}"
    for name in _SAYS:
        if name in members and members[name].members is None:
            return _text(members[name])
    return "@{" + "; ".join(f"{name}={node.plain}" for name, node in members.items()) + "}"
