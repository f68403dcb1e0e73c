"""What an environment's service holds → objects to import, and the project file that fits them.

Only for `mmctl import`: everything live is read, no matter who manages it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mmctl.errors import CouldNot, UsageError
from mmctl.language.parsing.patterns import PathPattern
from mmctl.language.project import EMBEDDED, Project
from mmctl.language.references import is_raw, references
from mmctl.model.kinds import Beside, Kind
from mmctl.model.shape import ShapeError
from mmctl.problem import Problem
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.interchange.api_json import Imported
    from mmctl.language.project import Environment, Settings
    from mmctl.live.state.inventory import Inventory, Listed
    from mmctl.live.state.names import Names
    from mmctl.live.state.service import Identity, MailManager


@dataclass(slots=True, kw_only=True)
class Read:
    """What was read from a service."""

    things: list[LiveObject] = field(default_factory=list)
    """References as in the service; names are already logical."""
    unsaid: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def owner(self) -> str | None:
        """The project that manages all of it, if any."""
        owners = {thing.project for thing in self.things}
        return owners.pop() if len(owners) == 1 else None


def read_everything(service: MailManager) -> Read:
    """Read every live object, under its live name if that is still free.

    Raises:
        CouldNot: the service cannot be asked.
    """
    from mmctl.live.state.inventory import take_inventory

    inventory = take_inventory(service)
    kinds = [*Kind]
    lines = sorted(
        inventory.listed, key=lambda line: (kinds.index(line.kind), line.live_name, line.id)
    )
    found = service.gather([partial(_object, service, line, inventory) for line in lines])
    read = Read()
    for kind in kinds:
        taken: set[str] = set()
        for line, thing in zip(lines, found, strict=True):
            if line.kind is not kind or thing is None:
                continue
            if isinstance(thing, Problem):
                read.unsaid.append(thing)
                continue
            named = replace(thing, name=_logical_name(thing, taken))
            taken.add(named.name)
            read.things.append(named)
        read.notes += [
            f"{kind.noun} `{line.live_name}` is being deleted and left out"
            for line in inventory.going
            if line.kind is kind
        ]
    _add_logs(service, read)
    return read


def _add_logs(service: MailManager, read: Read) -> None:
    """Where the logs of rule sets and ingress points go; a file names one receiver per log."""
    from mmctl.live.state.logs import read_sources
    from mmctl.model.kinds import SENDING

    arns = {
        service.identity.arn(thing.kind.api_noun, thing.id): place
        for place, thing in enumerate(read.things)
        if thing.kind in SENDING and thing.id is not None
    }
    try:
        sources = read_sources(service.logs, service.identity, [*arns])
    except CouldNot as error:
        read.notes.append(f"log deliveries are left out: {error.message}")
        return
    for source in sources:
        place = arns[source.resource_arn]
        thing = read.things[place]
        receivers = sorted({delivery.receiver for delivery in source.deliveries})
        if receivers:
            logging = {**thing.logging, source.log_type: receivers[0]}
            read.things[place] = replace(thing, logging=logging)
        read.notes += [
            f"{thing.kind.noun} `{thing.name}`: its {source.log_type} go to {receiver} as well; "
            f"that delivery is left out and stays unchanged"
            for receiver in receivers[1:]
        ]


def _object(
    service: MailManager, line: Listed, inventory: Inventory
) -> LiveObject | Problem | None:
    """A live object with its members; a problem if this version cannot express it; None: gone."""
    from mmctl.interchange.live_objects import unsaid
    from mmctl.live.state.read import read_object

    try:
        thing = read_object(service, line.kind, line.id, instances=inventory.instances)
    except CouldNot as error:
        if not isinstance(error.__cause__, ShapeError):
            raise
        return unsaid(line.kind, line.live_name, error.message)
    if thing is not None and Beside.MEMBERS in line.kind.row.beside:
        members = service.members(line.id)
        return None if members is None else replace(thing, members=tuple(sorted(members)))
    return thing


def _logical_name(thing: LiveObject, taken: set[str]) -> str:
    from mmctl.language.writing.write import unused

    name = thing.live_name
    return unused(
        name.lower().replace("_", "-") if thing.kind.row.instance is not None else name, taken
    )


def rule_set_named(read: Read, name: str) -> LiveObject:
    """The live rule set with a name or id.

    Raises:
        UsageError: there is none.
    """
    from mmctl.language.text.suggest import did_you_mean

    rule_sets = [thing for thing in read.things if thing.kind is Kind.RULE_SET]
    for thing in rule_sets:
        if name in {thing.name, thing.live_name, thing.id}:
            return thing
    known = [thing.name for thing in rule_sets]
    help_ = did_you_mean(name, known) or (f"live rule sets: {', '.join(known)}" if known else None)
    raise UsageError(f"there is no live rule set `{name}`", help=help_)


def names_of(
    identity: Identity, things: Iterable[LiveObject], bindings: Mapping[Kind, Mapping[str, str]]
) -> Names:
    """The names that references may use."""
    from mmctl.live.state.names import Names

    ids = {thing.key: thing.id for thing in things if thing.id is not None}
    return Names(identity=identity, ids=ids, bindings=bindings)


def import_things(
    read: Read,
    project: Project,
    identity: Identity,
    *,
    rule_set: str | None,
    bind: bool,
    list_files: bool,
    states: Iterable[LiveConfiguration] = (),
) -> tuple[Imported, dict[Kind, dict[str, str]]]:
    """The sections for what was read, or for one rule set, and the bindings that they need.

    `states` are those that the history knows: they tell the logical rules of packed rule sets.
    `bind`: a rule set may name what is not imported, by bindings. Otherwise only objects in the
    project's files have a name, and the rest is named by id.
    """
    from mmctl.cli.files.packed_import import in_logical_rules, lists_of_the_compiler
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.interchange.live_objects import import_live
    from mmctl.live.state.names import named_live

    wanted = [rule_set_named(read, rule_set)] if rule_set is not None else read.things
    nameless = names_of(identity, (), {})
    draft = import_live([named_live(thing, nameless) for thing in wanted], list_files=False)
    kept = [thing for thing in wanted if thing.name in draft.sections.get(thing.kind, {})]
    known = [*kept]
    if rule_set is not None:
        known += [
            thing
            for thing in (read.things if bind else _of_files(read, project))
            if thing.key not in {each.key for each in kept}
        ]
    names = names_of(identity, known, project.environment.bindings)
    live = LiveConfiguration(project="", objects=tuple(named_live(thing, names) for thing in kept))
    told, notes = in_logical_rules(live, states)
    imported = import_live(told.objects, list_files=list_files)
    for key, remark in lists_of_the_compiler(live).items():
        if key[1] in imported.sections.get(key[0], {}):
            imported.remarks.setdefault(key, []).append(remark)
    imported.unsaid = [*read.unsaid, *draft.unsaid]
    imported.notes = [*read.notes, *notes, *imported.notes]
    return imported, _bindings(told.objects, names)


def _of_files(read: Read, project: Project) -> list[LiveObject]:
    """Live objects under their names in the project's files."""
    files = {(kind, resource.live_name): resource.name for kind, resource in project.resources()}
    return [
        replace(thing, name=files[thing.kind, thing.live_name])
        for thing in read.things
        if (thing.kind, thing.live_name) in files
    ]


def _bindings(named: Sequence[LiveObject], names: Names) -> dict[Kind, dict[str, str]]:
    """Ids of what is referred to but not among the things."""
    there = {thing.key for thing in named}
    found: dict[Kind, dict[str, str]] = {}
    for thing in named:
        for reference in references(thing.shape):
            key = (reference.kind, reference.name)
            if not is_raw(reference.name) and key not in there:
                bound = names.bindings.get(reference.kind, {}).get(reference.name)
                found.setdefault(reference.kind, {})[reference.name] = names.ids.get(key) or str(
                    bound
                )
    return found


def reads_rules_from(root: Path, settings: Settings, folder: Path) -> bool:
    """Whether rule files in a folder belong to the project without a change of `mmctl.yaml`."""
    if settings.file is None or not folder.is_relative_to(root.resolve()):
        return False
    file = (folder.relative_to(root.resolve()) / "relays.yaml").as_posix()
    return any(PathPattern(pattern).fullmatch(file) for pattern in settings.rules)


def project_file(
    name: str,
    environment: Environment,
    identity: Identity,
    bindings: Mapping[Kind, Mapping[str, str]],
) -> str:
    """The text of an `mmctl.yaml` for what was imported from an environment."""
    from mmctl.language.writing.write import to_yaml

    where: dict[str, Any] = {}
    if environment.endpoint is not None:
        where["endpoint"] = environment.endpoint
    if environment.account is not None or environment.endpoint != EMBEDDED:
        where["account"] = identity.account
    if environment.region is not None or environment.endpoint != EMBEDDED:
        where["region"] = identity.region
    if environment.profile is not None:
        where["profile"] = environment.profile
    if environment.role_arn is not None:
        where["role_arn"] = environment.role_arn
    if bindings:
        where["bindings"] = {
            kind.value: dict(sorted(ids.items())) for kind, ids in bindings.items()
        }
    return to_yaml(
        {
            "version": 1,
            "project": name,
            "rules": ["rules/**/*.yaml"],
            "environments": {environment.name: where},
            "default_environment": environment.name,
        }
    )
