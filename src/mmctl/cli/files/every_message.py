"""What a plan does to every message: proved, or a message for each kind of difference.

Live and desired state are compared, not the files: a saved plan says the same when it is applied.
The answer is remembered with all that it follows from, and the messages are written again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.questions.behavior import EveryMessage
from mmctl.analysis.questions.behavior_json import behavior_document, behavior_of
from mmctl.analysis.questions.equality import Equality
from mmctl.cli.remembered import file_of, keep
from mmctl.inputs import DOCUMENT_AT_MOST, parse_json, read_text
from mmctl.model.kinds import Kind
from mmctl.records import replace
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.questions.behavior import Behavior
    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.plan.plan import Plan

NOT_ASKED: Final = "`lint: {proof_effort: 0}` in mmctl.yaml"


def with_every_message(change: LiveEnvironment, made: Plan) -> Plan:
    """The plan with what it does to every message, if it changes anything and mail is live."""
    from mmctl.live.brakes.looking import first_apply

    if not made.edits or first_apply(made):
        return made
    effort = _effort(change)
    if effort == 0:
        return replace(made, every_message=EveryMessage(unknown=NOT_ASKED))
    kept = file_of(str(change.run.root), "proof", _question(change, made))
    known = None if kept is None else _remembered(change, kept)
    if known is not None:
        return replace(made, every_message=EveryMessage(gateways=known))
    from mmctl.analysis.sat.solver import SolverMissing

    try:
        found = tuple(_compared(change, made, effort))
    except SolverMissing as error:
        return replace(made, every_message=EveryMessage(unknown=f"{error.message}; {error.help}"))
    if kept is not None:
        _remember(change, kept, found)
    return replace(made, every_message=EveryMessage(gateways=found))


def _effort(change: LiveEnvironment) -> int:
    """The effort for each question: not less than the base of the change allows."""
    settings = None if change.base is None else change.base.settings
    own = change.project.settings.lint.proof_effort
    return own if settings is None else max(own, settings.lint.proof_effort)


def _compared(change: LiveEnvironment, made: Plan, effort: int) -> Iterator[Behavior]:
    from mmctl.analysis.questions.versions import behavior
    from mmctl.cli.changes.live_rules import project_of
    from mmctl.cli.changes.told_versions import told_between
    from mmctl.cli.files.witnesses import keeping

    project = change.project
    before, after = (project_of(each, project) for each in (made.live, made.desired))
    after = replace(after, invariants=project.invariants)
    kept = keeping(change.run, "plan")
    told = told_between(made.live, made.desired, project)
    yield from behavior(before, after, Equality.MULTISET, kept, effort=effort, told=told)


# What is remembered


def _question(change: LiveEnvironment, made: Plan) -> Iterator[str]:
    """Everything that the answer follows from, besides the program."""
    project = change.project
    yield from (project.environment.name, made.digest_before, made.digest_after)
    yield repr(project.settings.readings)
    yield str(_effort(change))
    for each in project.invariants:
        yield repr((each.name, each.when, each.ingress_point, each.environments, each.claim))
    for name, found in project.address_lists.items():
        yield repr((name, found.sample))
    for configuration in (made.live, made.desired):
        yield from _as_seen(configuration)


def _as_seen(configuration: LiveConfiguration) -> Iterator[str]:
    """What no digest has: the names of rules, whether mail comes in, members of external lists."""
    for kind in (Kind.RULE_SET, Kind.INGRESS_POINT, Kind.ADDRESS_LIST):
        for thing in configuration.of_kind(kind):
            names = [*map(repr, thing.origins), *map(repr, thing.logical)]
            yield repr((kind, thing.name, names, thing.closed, thing.members))


def _remembered(change: LiveEnvironment, kept: str) -> tuple[Behavior, ...] | None:
    """The answer to the same question, with its messages in their files again."""
    try:
        document = parse_json(read_text(kept, at_most=DOCUMENT_AT_MOST))
        found = tuple(map(behavior_of, document["gateways"]))
        for path, content in document["files"].items():
            file = change.run.root / path
            if not file.is_file() or file.read_bytes() != content.encode("latin-1"):
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, content.encode("latin-1"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return found


def _remember(change: LiveEnvironment, kept: str, found: tuple[Behavior, ...]) -> None:
    files: dict[str, Any] = {}
    for each in found:
        messages = [one.message for one in each.differences] + [one.message for one in each.harms]
        for message in (one.kept for one in messages):
            if message is None:
                return
            for path in (message.path, f"{message.path.removesuffix('.eml')}.yaml"):
                try:
                    files[path] = (change.run.root / path).read_bytes().decode("latin-1")
                except OSError:
                    return
    keep(kept, {"gateways": [*map(behavior_document, found)], "files": files})
