"""The rules of another gateway as the files of a project: texts by path.

Nothing here is opened or written.
"""

from __future__ import annotations

import csv
import io
import posixpath
from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.migration.names import file_name, spelled
from mmctl.interchange.migration.usual import MAILBOXES, mailbox_relay
from mmctl.language.formatting.format import formatted
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.writing.write import to_yaml
from mmctl.records import dataclass, field
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.interchange.migration.lowered import LoweredGateway, LoweredRule
    from mmctl.interchange.migration.source import Data, Needed

RULE_SET: Final = "inbound"
"""The rule set that an import makes."""
INGRESS_POINT: Final = "mx"
"""The ingress point that an import makes."""
CASES: Final = "cases/imported.yaml"
"""The file of the cases that an import makes."""
GATEWAY: Final = "rules/gateway.yaml"
"""The file of the rule set, the traffic policy and the ingress point."""
_POLICY: Final = "edge"
_IMPORTED: Final = "imported"
"""The folder of the rules, below `rules`."""
RESOURCES: Final = f"rules/{_IMPORTED}/resources.yaml"
"""The file of what the rules name."""
_LONG_LIST: Final = 20
"""Address lists with more members go to separate files."""
_AWS: Final = (
    "prod:",
    '  account: "111122223333"',
    "  region: us-east-1",
    "  protected: true  # apply takes only a saved plan",
)
"""How an environment in AWS is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTarget:
    """What a project is to be called, and where its mail goes."""

    project: str
    domains: tuple[str, ...] = ()
    """The own domains: mail for others is refused. None named: all mail is admitted."""
    host: str | None = None
    """The server that delivers to the mailboxes."""
    port: int = 25


@dataclass(slots=True, kw_only=True)
class ImportParts:
    """The parts of a project, before they are texts."""

    rule_files: dict[str, list[Data]]
    """Rules by the path of their file below `rules`, in the order in which they are included."""
    gateway: dict[str, Any]
    resources: dict[str, Any]
    lists: dict[str, str] = field(default_factory=dict)
    needed: dict[str, Needed] = field(default_factory=dict)
    cases: Data | None = None
    """The content of a file of cases."""


def written(lowered: LoweredGateway, place: ImportTarget) -> ImportParts:
    """The parts of a project: rules by file, what includes them, resources, needed values."""
    source = lowered.source
    rule_files = _rule_files(lowered.rules)
    relays = dict(source.relays)
    needed = dict(source.needed)
    if lowered.last is not None and source.rest is None and MAILBOXES not in relays:
        relays[MAILBOXES], host = mailbox_relay(place.host, place.port)
        needed |= host
    sections = {"relays": relays, "archives": source.archives}
    resources: dict[str, Any] = {name: found for name, found in sections.items() if found}
    lists: dict[str, str] = {}
    if lowered.address_lists:
        resources["address_lists"] = {
            name: _list(name, members, lists, place)
            for name, members in lowered.address_lists.items()
        }
    return ImportParts(
        rule_files=rule_files,
        gateway=_gateway(lowered, place, rule_files),
        resources=resources,
        lists=lists,
        needed=needed,
    )


def project_texts(
    made: ImportParts, lowered: LoweredGateway, place: ImportTarget
) -> dict[str, str]:
    """All files of a new project, by path."""
    return {
        PROJECT_FILE: _project_file(made, lowered.source.system, place),
        GATEWAY: to_yaml({"version": 1, **made.gateway}),
        **texts_beside(made),
    }


def texts_beside(made: ImportParts) -> dict[str, str]:
    """What goes into a project that is there already, by path: rules, what they name, cases."""
    texts = rule_texts(made) | made.lists
    if made.resources:
        texts[RESOURCES] = to_yaml({"version": 1, **made.resources})
    if made.cases is not None:
        texts[CASES] = to_yaml(made.cases)
    return texts


def rule_texts(made: ImportParts) -> dict[str, str]:
    """The rule files alone, by path, in the order in which they are included."""
    return {
        f"rules/{path}": to_yaml({"version": 1, "rules": rules})
        for path, rules in made.rule_files.items()
    }


def one_text(made: ImportParts, lowered: LoweredGateway) -> str:
    """Rules and resources as one rule file."""
    rules = [rule for rules in made.rule_files.values() for rule in rules]
    if lowered.last is not None:
        rules.append(lowered.last)
    resources = dict(made.resources)
    if "address_lists" in resources:
        resources["address_lists"] = {
            name: {"members": "external" if members is None else list(members)}
            for name, members in lowered.address_lists.items()
        }
    gateway = made.gateway["rule_sets"][RULE_SET]
    rule_set = {**{key: value for key, value in gateway.items() if key != "rules"}, "rules": rules}
    return to_yaml({"version": 1, **made.gateway, "rule_sets": {RULE_SET: rule_set}, **resources})


# -- rule files


def _rule_files(rules: Iterable[LoweredRule]) -> dict[str, list[Data]]:
    """Rules by file: one for each file of the source, and again where another came between.

    Where there are several, they are numbered in their order.
    """
    runs: list[tuple[str, list[Data]]] = []
    for rule in rules:
        file = rule.source.place.file
        if not runs or runs[-1][0] != file:
            runs.append((file, []))
        runs[-1][1].extend(rule.rules)
    digits = max(2, len(str(len(runs))))
    found = {}
    for number, (file, written_rules) in enumerate(runs, start=1):
        stem = spelled(posixpath.basename(file.replace("\\", "/")).partition(".")[0]) or "rules"
        name = file_name(stem) if len(runs) == 1 else f"{number:0{digits}}-{stem}"
        path = f"{_IMPORTED}/{name}.yaml"
        if f"rules/{path}" == RESOURCES:
            path = f"{_IMPORTED}/{name}-rules.yaml"
        found[path] = written_rules
    return found


def _gateway(lowered: LoweredGateway, place: ImportTarget, files: Iterable[str]) -> dict[str, Any]:
    """The rule set, the traffic policy and the ingress point."""
    source = lowered.source
    rules: list[Data] = [{"include": [path]} for path in files]
    rule_set: Data = {}
    if lowered.last is not None:
        rules.append(lowered.last)
        if lowered.delivers:
            rule_set["must_reach"] = "delivered"
    ingress_point: Data = {"type": "open", "traffic_policy": _POLICY, "rule_set": RULE_SET}
    # Without a word the service refuses plain text, which no source does that is silent about it.
    ingress_point["tls_policy"] = source.tls_policy or "optional"
    return {
        "ingress_points": {INGRESS_POINT: ingress_point | {"live_name": "mx-inbound"}},
        "traffic_policies": {_POLICY: source.traffic_policy or _policy(place)},
        "rule_sets": {RULE_SET: {**rule_set, "rules": rules}},
    }


def _policy(place: ImportTarget) -> Data:
    """Mail for the own domains is admitted; all mail, if nobody names them."""
    if not place.domains:
        return {"default": "allow"}
    recipients = [f"@{domain}" for domain in place.domains]
    value = recipients if len(recipients) > 1 else recipients[0]
    statement = {"name": "own-domains", "allow": [{"recipient": {"ends_with": value}}]}
    return {"default": "deny", "statements": [statement]}


# -- resources


def _list(
    name: str, members: tuple[str, ...] | None, lists: dict[str, str], place: ImportTarget
) -> Data:
    """A list; one whose members nobody knows has one for the cases, else they know nothing."""
    if members is None:
        domain = place.domains[0] if place.domains else "example.com"
        path = f"lists/samples/{file_name(name)}.csv"
        lists[path] = _members_file((f"member.of.{name}@{domain}",))
        return {"members": "external", "sample_file": f"../../{path}"}
    if len(members) <= _LONG_LIST:
        return {"members": list(members)}
    path = f"lists/{file_name(name)}.csv"
    lists[path] = _members_file(members)
    return {"members_file": f"../../{path}"}


def _members_file(members: tuple[str, ...]) -> str:
    text = io.StringIO()
    text.write("address\n")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([m] for m in members)
    return text.getvalue()


# -- the project file


def _project_file(made: ImportParts, system: str, place: ImportTarget) -> str:
    cases = {"cases": ["cases/**/*.yaml"]} if made.cases is not None else {}
    return project_file(system, place.project, made.needed, cases)


def project_file(system: str, name: str, needed: Mapping[str, Needed], more: Data) -> str:
    """`mmctl.yaml`: the environment `local` has stand-ins, and comments say what each is for.

    `more` is what else comes before the environments.
    """
    head = to_yaml({"version": 1, "project": name, "rules": ["rules/**/*.yaml"], **more})
    lines = [f"# Imported from {visible(system)} by mmctl import.", *head.splitlines(), ""]
    lines += ["environments:", "  local:", "    endpoint: embedded"]
    if needed:
        lines.append("    # Stand-ins: each environment in AWS needs values of its own.")
        lines.append("    vars:")
    for variable, each in needed.items():
        lines.append(f"      # {' '.join(visible(each.why).split())}")
        lines.append(f"      {to_yaml({variable: each.stand_in}).strip()}")
    lines += [f"  # {line}" for line in _AWS]
    text = "\n".join([*lines, "", "default_environment: local", ""])
    return formatted(text, file=PROJECT_FILE).text
