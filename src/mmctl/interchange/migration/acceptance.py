"""Why somebody accepts how rules differ here: the file of `--accept`, which an auditor reads.

An entry is about one rule with what differed when it was accepted. Where its text or what differs
is another now, the entry counts no more, and is a problem. Nothing here opens files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.language.text.suggest import did_you_mean
from mmctl.language.writing.write import to_yaml
from mmctl.problem import Position, Problem, Severity, ordered
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.interchange.migration.report import MigrationReport, ReportedRule
    from mmctl.language.text.nodes import Node

_CHECK: Final = "accepted"
_KEYS: Final = ("rule", "file", "differs", "reason")
_VERSION: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """One entry."""

    rule: str
    file: str
    differs: str
    reason: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptances:
    """The entries of a file, and what is wrong with it."""

    entries: tuple[Acceptance, ...] = ()
    wrong: tuple[Problem, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)
    """The reasons by what they are about; those that say nothing are left out."""

    def problems(self, report: MigrationReport) -> tuple[Problem, ...]:
        """What is wrong with the file, and the entries that are about nothing in a report."""
        return ordered([*self.wrong, *self._about_nothing(report)])

    def _about_nothing(self, report: MigrationReport) -> Iterator[Problem]:
        known = {(rule.name.strip(), rule.differs) for rule in report.rules}
        by_name = {rule.name.strip(): rule for rule in report.rules}
        for entry in self.entries:
            if (entry.rule, entry.differs) in known:
                continue
            now = by_name.get(entry.rule)
            if now is None:
                message = f"there is no rule `{entry.rule}` anymore"
                help_ = did_you_mean(entry.rule, by_name) or "remove the entry"
            else:
                message = f"rule `{entry.rule}` differs in another way than was accepted"
                help_ = f"read the report again; then write `differs: {now.differs}`"
            yield _problem(entry.position, message, help_)


def acceptances(text: str, file: str) -> Acceptances:
    """The entries in a text, with the problems of what is none."""
    node, problems = compose(text, file=file)
    wrong = list(problems)
    if node is None or problems:
        return Acceptances(wrong=tuple(wrong))
    entries = tuple(_entries(node, wrong))
    seen: dict[str, Acceptance] = {}
    for entry in entries:
        first = seen.setdefault(entry.differs, entry)
        if first is not entry:
            message = f"rule `{entry.rule}` is already accepted at {first.position}"
            wrong.append(_problem(entry.position, message, "remove one of them"))
    reasons = {entry.differs: entry.reason for entry in seen.values() if entry.reason}
    return Acceptances(entries=entries, wrong=tuple(wrong), reasons=reasons)


def skeleton(report: MigrationReport) -> str:
    """A file with an entry for each rule that is open, whose reasons are still to be written."""
    head = (
        "# Why it is right that these rules differ from those that they come from.\n"
        "# An entry counts once it has a reason; see `mmctl import --accept`.\n"
    )
    body = _open_entries({rule.differs: rule for rule in report.left}.values(), "  ")
    listed = f"accepted:\n{body}" if body else "accepted: []\n"
    return f"{head}version: 1\n\n{listed}"


def new_entries(found: Acceptances, report: MigrationReport) -> tuple[ReportedRule, ...]:
    """The open rules about which a file says nothing yet, not even for another difference."""
    now = {rule.differs for rule in report.rules}
    known = {entry.differs for entry in found.entries}
    outdated = {entry.rule for entry in found.entries if entry.differs not in now}
    new = {rule.differs: rule for rule in report.left if rule.name.strip() not in outdated}
    return tuple(rule for differs, rule in new.items() if differs not in known)


def with_entries(
    text: str, file: str, found: Acceptances, new: Iterable[ReportedRule]
) -> str | None:
    """A file with more entries at its end, without reasons; None: it does not end with a list."""
    rules = tuple(new)
    indent = " " * (found.entries[0].position.column - 3) if found.entries else "  "
    body = _open_entries(rules, indent)
    longer = f"{text.rstrip().removesuffix('[]').rstrip()}\n{body}"
    made = acceptances(longer, file)
    before = len(found.entries)
    added = [each.differs for each in made.entries[before:]]
    is_longer = made.entries[:before] == found.entries and added == [each.differs for each in rules]
    return longer if is_longer else None


def _open_entries(rules: Iterable[ReportedRule], indent: str) -> str:
    return "".join(
        f"{indent}- rule: {_text(rule.name)}\n"
        f"{indent}  file: {_text(rule.place.file)}\n"
        f'{indent}  differs: "{rule.differs}"\n'
        f'{indent}  reason: ""\n'
        for rule in rules
    )


def _text(value: str) -> str:
    """A value as YAML."""
    return to_yaml({"x": value}).removeprefix("x: ").strip()


def _entries(node: Node, wrong: list[Problem]) -> Iterator[Acceptance]:
    if not isinstance(node, Mapping):
        wrong.append(_problem(node.position, "expected `version: 1` and `accepted`", None))
        return
    for key, value in node.entries:
        if key.text == "version":
            if not isinstance(value, Scalar) or value.text != _VERSION:
                wrong.append(_problem(value.position, "expected `version: 1`", None))
        elif key.text != "accepted":
            help_ = did_you_mean(key.text, ("version", "accepted"))
            wrong.append(_problem(key.position, f"unknown key `{key.text}`", help_))
        elif isinstance(value, Sequence):
            for item in value.items:
                entry = _entry(item, wrong)
                if entry is not None:
                    yield entry
        else:
            wrong.append(_problem(value.position, "expected a list of entries", None))


def _entry(node: Node, wrong: list[Problem]) -> Acceptance | None:
    if not isinstance(node, Mapping):
        message = f"expected an entry with {', '.join(f'`{key}`' for key in _KEYS)}"
        wrong.append(_problem(node.position, message, None))
        return None
    found: dict[str, str] = {}
    for key, value in node.entries:
        if key.text not in _KEYS:
            help_ = did_you_mean(key.text, _KEYS)
            wrong.append(_problem(key.position, f"unknown key `{key.text}`", help_))
        elif not isinstance(value, Scalar):
            wrong.append(_problem(value.position, f"expected a text for `{key.text}`", None))
        else:
            found[key.text] = value.text.strip()
    missing = [key for key in ("file", "differs") if not found.get(key)]
    if "rule" not in found:
        missing.insert(0, "rule")
    if missing:
        listed = ", ".join(f"`{key}`" for key in missing)
        wrong.append(_problem(node.position, f"{listed} of an entry is missing", None))
        return None
    return Acceptance(**{"reason": "", **found}, position=node.position)


def _problem(position: Position, message: str, help_: str | None) -> Problem:
    return Problem(
        check=_CHECK, severity=Severity.ERROR, position=position, message=message, help=help_
    )
