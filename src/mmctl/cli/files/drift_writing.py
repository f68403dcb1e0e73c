"""`mmctl drift --write`: write what was done by hand into the files, so that no apply undoes it.

The changes are written into the texts of the files one by one, and the files are read and compiled
again each time: a change that does not result in exactly what is live is taken back and reported.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.files import yaml_changes
from mmctl.cli.files.editing import FileEdit, take_back, write_text
from mmctl.cli.files.splicing import node_at
from mmctl.cli.files.told_exactly import members_by_hand, not_exact, without_rule_sets
from mmctl.cli.files.yaml_changes import CannotTake
from mmctl.errors import Refused, UsageError
from mmctl.language.parsing.files import DiskFiles
from mmctl.language.text.nodes import Scalar, Sequence
from mmctl.language.writing.parts import CannotWrite
from mmctl.live.compare.diff import diff
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.compare.logical import logical_view
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.model.rules import Rule, RuleSet
from mmctl.problem import Severity
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.language.project import LogicalAddressList, LogicalRule, Project
    from mmctl.live.plan.plan import Plan

Item = tuple[Kind, str, str | None]
"""Kind and name of an object, and the rule in it; None: the object itself."""

_BY_HAND: Final = "deleted by hand: remove it from the files, or create it again"
_ADDED: Final = "Added by hand in the live rules."
"""The description of a rule where the project asks for one."""
_NOT_SAID: Final = (
    "no logical rules say exactly what is live: read it with `mmctl drift -v` and write it yourself"
)
_PACKED: Final = (
    "their names and order follow from the rules in the files: the next apply puts them back"
)
_OF_RULES_LAST: Final = (
    "a statement stands behind those of rules that refuse: write it into the file, and the next"
    " apply puts it in front of them"
)
_ORDER: Final = (
    EditKind.CHANGED,
    EditKind.RENAMED,
    EditKind.REMOVED,
    EditKind.ADDED,
    EditKind.MOVED,
)
"""Rules that move come last: their neighbors are there by then."""


@dataclass(slots=True, kw_only=True)
class WrittenToFiles:
    """What was written into the files, and what was not."""

    taken: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    """What could not be written, and why."""
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The texts before and after."""

    def diff(self) -> str:
        """What changes in the files."""
        return "".join(
            line
            for path, (before, after) in sorted(self.files.items())
            for line in unified_diff(
                before.splitlines(keepends=True), after.splitlines(keepends=True), path, path
            )
        )


class _ChangedFiles(DiskFiles):
    """The files of a folder, some of them with replaced texts."""

    def __init__(self, root: Path, texts: Mapping[str, str]) -> None:
        super().__init__(root)
        self.texts = texts

    def read(self, path: str) -> bytes:
        """The bytes of a file, or of the text that replaces it."""
        found = self.texts.get(path)
        return super().read(path) if found is None else found.encode()


def take_hand_edits(change: LiveEnvironment, made: Plan) -> WrittenToFiles:
    """Write what was done by hand since the last apply into the files.

    Raises:
        Refused: what was done by hand is unknown.
        UsageError: a file cannot be written.
    """
    from mmctl.live.history.keeping import keeping
    from mmctl.live.history.last_applied import last_applied

    last = last_applied(change.means.history)
    if last is None:
        raise Refused(
            "what was done by hand is unknown",
            why="nothing was applied from this store before, or an interrupted apply did not "
            "record what it wanted",
            help="to write everything that is live to files: mmctl import",
        )
    desired, live = logical_view(change.desired()), logical_view(made.live)
    states = [logical_view(state) for state in last.named_as(made.live)]
    wanted = keeping(desired, live, states)
    by_hand = diff(live, states[0])
    inexact = not_exact(made.live, change.project) if by_hand else {}
    writing = _Writing(change, without_rule_sets(wanted, desired, inexact))
    writing.take_all()
    done = writing.written
    done.left += [(f"the rules of {name}", f"{_NOT_SAID}: {why}") for name, why in inexact.items()]
    shared = dict(members_by_hand(made.live))
    done.taken = [_with_whose(text, shared) for text in done.taken]
    for edit in made.edits:
        if edit.by_hand and edit.kind is EditKind.ADDED and not edit.of_rule:
            done.left.append((_text((edit.resource, edit.object, None)), _BY_HAND))
        if edit.by_hand and edit.kind is EditKind.REPACKED:
            done.left.append((f"the live rules of {edit.object}", _PACKED))
    _write(change, done, writing.wanted)
    return done


def _with_whose(text: str, shared: Mapping[str, str]) -> str:
    """What was written; of members of a compiled list, that they have a list of their own now."""
    found = next((name for name in shared if text == f"address list {name}"), None)
    if found is None:
        return text
    return f"{text}, of its own: the compiled list belongs to {shared[found]}"


def _write(change: LiveEnvironment, done: WrittenToFiles, wanted: LiveConfiguration) -> None:
    """Write the files, and restore them if they do not say what they should."""
    root = change.run.root.resolve()
    edits = [
        FileEdit(path=root / path, before=before, after=after)
        for path, (before, after) in sorted(done.files.items())
    ]
    expected = len(done.left)
    try:
        for edit in edits:
            write_text(edit.path, edit.after)
        items = _items(diff(wanted, _compiled(change.run.project())))
    except BaseException:
        for edit in edits:
            take_back(edit)
        raise
    if len(items) > expected:
        for edit in edits:
            take_back(edit)
        raise UsageError("the files changed meanwhile; mmctl changed nothing", help="try again")


class _Writing:
    """The texts of a project's files while they are changed one by one."""

    def __init__(self, change: LiveEnvironment, wanted: LiveConfiguration) -> None:
        self.run = change.run
        self.wanted = wanted
        self.written = WrittenToFiles()
        self.project = change.project
        self.desired = logical_view(change.desired())
        self.texts: dict[str, str] = {}

    def take_all(self) -> None:
        """Take one change after the other; retry those that depend on another one."""
        reasons: dict[Item, str] = {}
        while True:
            items = _items(diff(self.wanted, self.desired))
            tried = [item for item in items if item not in reasons]
            if not tried:
                break
            reason = self._take(tried[0], items[tried[0]])
            if reason is None:
                self.written.taken.append(_text(tried[0]))
                reasons.clear()
            else:
                reasons[tried[0]] = reason
        self.written.left += [(_text(item), reason) for item, reason in reasons.items()]

    def _take(self, item: Item, edits: list[Edit]) -> str | None:
        """Take one change; None, or why it cannot be taken."""
        try:
            new = self._changed(item, edits)
        except (CannotTake, CannotWrite) as error:
            return str(error)
        texts = {**self.texts, **new}
        found = self._read(texts)
        if found is None:
            return "the changed files would have errors"
        project, desired = found
        before = _items(diff(self.wanted, self.desired))
        after = _items(diff(self.wanted, desired))
        if item in after or not after.keys() <= before.keys():
            return "the changed files would differ from the live configuration"
        for path, text in new.items():
            original = self.written.files.get(path, (self._text(path), ""))[0]
            self.written.files[path] = (original, text)
        self.texts, self.project, self.desired = texts, project, desired
        return None

    def _read(self, texts: Mapping[str, str]) -> tuple[Project, LiveConfiguration] | None:
        from mmctl.language.parsing.load import Sources

        root = self.run.root.resolve()
        sources = Sources(_ChangedFiles(root, texts), root.name)
        project, problems = sources.read(self.project.environment.name)
        if any(problem.severity is Severity.ERROR for problem in problems):
            return None
        return project, _compiled(project)

    def _text(self, path: str) -> str:
        if path in self.texts:
            return self.texts[path]
        return (self.run.root / path).read_bytes().decode("utf-8")

    def _changed(self, item: Item, edits: list[Edit]) -> dict[str, str]:
        kind, name, rule = item
        if rule is not None:
            return self._rule(name, rule, edits)
        if all(edit.path == "members" for edit in edits) and kind is Kind.ADDRESS_LIST:
            return self._members(name, edits[0])
        thing = self.wanted.find(kind, name)
        old = self.desired.find(kind, name)
        if thing is None:
            raise CannotTake(_BY_HAND)
        if old is None:
            return self._object_added(thing)
        resource = self.project.of_kind(kind).get(name)
        if resource is None:
            raise CannotTake("the files have it only as a part of another rule set")
        path = resource.position.file
        node = node_at(self._text(path), (kind.value, name))
        if node is None:
            raise CannotTake("it is not in the file")
        return {
            path: yaml_changes.changed(
                self._text(path), node, _data(self._own(old)), _data(self._own(thing))
            )
        }

    def _own(self, thing: LiveObject) -> LiveObject:
        """A traffic policy without the statements that are those of rules."""
        from mmctl.compiler.refusing import refusing_of

        shape, ours = thing.shape, refusing_of(self.project).policies.get(thing.name)
        if ours is None or not isinstance(shape, TrafficPolicy):
            return thing
        written = self.project.traffic_policies[thing.name].policy.policy_statements
        of_rules = ours.policy.policy_statements[len(written) :]
        own = tuple(each for each in shape.policy_statements if each not in of_rules)
        if own != shape.policy_statements[: len(own)]:
            raise CannotTake(_OF_RULES_LAST)
        return replace(thing, shape=shape.changed(policy_statements=own))

    def _object_added(self, thing: LiveObject) -> dict[str, str]:
        same = [each.position.file for each in self.project.of_kind(thing.kind).values()]
        rest = [each.position.file for each in self.project.rule_sets.values()]
        if not (same or rest):
            raise CannotTake("there is no file to write it to")
        path = (same or rest)[0]
        return {
            path: yaml_changes.with_object(self._text(path), thing.kind, thing.name, _data(thing))
        }

    def _members(self, name: str, edit: Edit) -> dict[str, str]:
        listed = self.project.address_lists[name]
        path = listed.position.file
        text = self._text(path)
        node = node_at(text, ("address_lists", name, "members_file"))
        beside = None
        if isinstance(node, Scalar):
            beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), node.text))
        texts = {path: text} | ({beside: self._text(beside)} if beside else {})
        old, new = set(edit.before or ()), set(edit.after or ())
        for address in sorted(new - old):
            if beside:
                texts[beside] = yaml_changes.with_row(texts[beside], address)
            else:
                texts[path] = yaml_changes.with_member(texts[path], name, address)
        for address in sorted(old - new):
            texts = self._without(listed, texts, path, beside, address)
        return {each: changed for each, changed in texts.items() if changed != self._text(each)}

    def _without(
        self,
        listed: LogicalAddressList,
        texts: dict[str, str],
        path: str,
        beside: str | None,
        address: str,
    ) -> dict[str, str]:
        if beside and yaml_changes.without_row(texts[beside], address) != texts[beside]:
            return {**texts, beside: yaml_changes.without_row(texts[beside], address)}
        node = node_at(texts[path], ("address_lists", listed.name, "members"))
        items = node.items if isinstance(node, Sequence) else ()
        found = [
            each for each in items if isinstance(each, Scalar) and each.text.lower() == address
        ]
        if not found:
            raise CannotTake(f"`{address}` comes from a variable")
        return {**texts, path: yaml_changes.without_member(texts[path], found[0].position, address)}

    def _rule(self, rule_set: str, name: str, edits: list[Edit]) -> dict[str, str]:
        kinds = {edit.kind for edit in edits}
        if EditKind.ADDED in kinds:
            return self._rule_added(rule_set, edits[0])
        if EditKind.REMOVED in kinds:
            rule = self._logical(rule_set, edits[0].before.get("Name"))
            path = rule.position.file
            return {path: yaml_changes.without_rule(self._text(path), rule.position)[0]}
        if EditKind.MOVED in kinds and len(kinds) == 1:
            return self._rule_moved(rule_set, name)
        return self._rule_changed(rule_set, edits)

    def _rule_added(self, rule_set: str, edit: Edit) -> dict[str, str]:
        shapes = self._shapes(self.wanted, rule_set)
        at = [rule.name for rule in shapes].index(edit.after.get("Name"))
        shape = shapes[at]
        beside, after = self._neighbor(rule_set, at, shapes)
        data = _rule_data(shape, shape.name or "by-hand")
        if self.project.settings.lint.require_owner and beside.owner is not None:
            # Without these the project would refuse what was just written.
            name = {"name": data.pop("name")}
            data = {**name, "description": _ADDED, "owner": beside.owner, **data}
        path = beside.position.file
        text = yaml_changes.with_rule(self._text(path), data, beside.position, after=after)
        return {path: text}

    def _rule_moved(self, rule_set: str, name: str) -> dict[str, str]:
        shapes = self._shapes(self.wanted, rule_set)
        rule = self._logical(rule_set, name)
        at = [each.name for each in shapes].index(rule.rule.name)
        beside, after = self._neighbor(rule_set, at, shapes)
        path = rule.position.file
        if path != beside.position.file:
            raise CannotTake(f"it would go to another file, {beside.position.file}")
        text = self._text(path)
        lines = text.splitlines(keepends=True)
        block = yaml_changes.item_block(lines, rule.position)
        # What is added first keeps the place of what is taken out, where that is above.
        if beside.position.line > rule.position.line:
            rest = yaml_changes.with_lines(
                text, lines[block.lead : block.end], beside.position, after=after
            )
            return {path: yaml_changes.without_rule(rest, rule.position)[0]}
        rest, taken = yaml_changes.without_rule(text, rule.position)
        return {path: yaml_changes.with_lines(rest, taken, beside.position, after=after)}

    def _rule_changed(self, rule_set: str, edits: list[Edit]) -> dict[str, str]:
        renamed = next((edit for edit in edits if edit.kind is EditKind.RENAMED), None)
        new_name = renamed.after if renamed else self._live_name(rule_set, edits[0])
        old_name = renamed.before if renamed else new_name
        rule = self._logical(rule_set, old_name)
        new = next(each for each in self._shapes(self.wanted, rule_set) if each.name == new_name)
        old = next(each for each in self._shapes(self.desired, rule_set) if each.name == old_name)
        path = rule.position.file
        text = self._text(path)
        node = yaml_changes.rule_node(text, rule.position)
        return {
            path: yaml_changes.changed(
                text, node, _rule_data(old, rule.name), _rule_data(new, rule.name)
            )
        }

    def _live_name(self, rule_set: str, edit: Edit) -> str | None:
        found = self._found(rule_set, edit.rule)
        return found.rule.name if found is not None else edit.rule

    def _neighbor(self, rule_set: str, at: int, shapes: list[Any]) -> tuple[LogicalRule, bool]:
        """The rule in the files next to which a rule goes, and whether it goes after it."""
        for other in reversed(shapes[:at]):
            found = self._found(rule_set, other.name)
            if found is not None:
                return found, True
        for other in shapes[at + 1 :]:
            found = self._found(rule_set, other.name)
            if found is not None:
                return found, False
        raise CannotTake("the files have no rule to put it beside")

    def _logical(self, rule_set: str, live_name: str | None) -> LogicalRule:
        found = self._found(rule_set, live_name)
        if found is None:
            raise CannotTake("the files have no such rule")
        return found

    def _found(self, rule_set: str, live_name: str | None) -> LogicalRule | None:
        environment = self.project.environment.name
        found = self.project.rule_set_of(rule_set)
        rules = () if found is None else found.live_rules(environment)
        return next((rule for rule in rules if live_name in {rule.rule.name, rule.name}), None)

    def _shapes(self, configuration: LiveConfiguration, rule_set: str) -> list[Rule]:
        thing = configuration.find(Kind.RULE_SET, rule_set)
        shape = None if thing is None else thing.shape
        return list(shape.rules) if isinstance(shape, RuleSet) else []


def _compiled(project: Project) -> LiveConfiguration:
    from mmctl.compiler.compile import compile_project

    return logical_view(compile_project(project)[0])


def _items(edits: Iterable[Edit]) -> dict[Item, list[Edit]]:
    found: dict[Item, list[Edit]] = {}
    for edit in sorted(
        edits, key=lambda edit: _ORDER.index(edit.kind) if edit.kind in _ORDER else 0
    ):
        found.setdefault((edit.resource, edit.object, edit.rule), []).append(edit)
    return found


def _rule_data(shape: Any, name: str) -> dict[str, Any]:
    from mmctl.language.writing.write import rule_to_file

    return rule_to_file(shape, name=name)


def _data(thing: LiveObject) -> dict[str, Any]:
    """An object as it is in a file, without its rules and members."""
    from mmctl.interchange.live_objects import import_live

    imported = import_live([thing], list_files=False)
    if imported.unsaid:
        raise CannotTake(imported.unsaid[0].message)
    data: dict[str, Any] = dict(imported.sections[thing.kind][thing.name])
    if thing.kind is Kind.RULE_SET:
        del data["rules"]
    return data


def _text(item: Item) -> str:
    kind, name, rule = item
    return f"{kind.noun} {name}" if rule is None else f"rule {rule} of {name}"
