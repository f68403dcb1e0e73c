"""The gateways that are measured: one of 21 objects, and one with 39 rules and 30 address lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

RULES: Final = 39
LISTS: Final = 30
SHADOW: Final = "tag-07"
"""A rule that only marks, for `mmctl promote`."""
EDITED: Final = "s07@m07.example"
"""A value of a rule that is edited."""
MEMBERS: Final = "members.csv"

_MAIN: Final = """\
version: 1
project: {name}
environments:
  slow: {{endpoint: "{url}"}}
default_environment: slow
"""


def write_small(folder: Path, url: str) -> None:
    """A gateway of 21 objects: 14 address lists, 2 archives, 2 relays, and one of the rest."""
    _write(folder, url, "small", _text(rules=20, lists=14, archives=2, relays=2))


def write_large(folder: Path, url: str) -> None:
    """A gateway with one rule set of 39 rules, and 30 address lists."""
    _write(folder, url, "large", _text(rules=RULES, lists=LISTS, archives=1, relays=2))


def add_members(folder: Path, count: int) -> None:
    """Add so many addresses to the list `bulk`."""
    path = folder / "rules" / MEMBERS
    have = path.read_text(encoding="utf-8")
    start = have.count("\n")
    more = "".join(f"b{number:05}@bulk.example\n" for number in range(start, start + count))
    path.write_text(have + more, encoding="utf-8")


def edit_rule(folder: Path) -> None:
    """Change one value of one rule."""
    path = folder / "rules" / "all.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(EDITED, f"x{EDITED}"), encoding="utf-8")


def _write(folder: Path, url: str, name: str, text: str) -> None:
    (folder / "rules").mkdir(parents=True)
    (folder / "mmctl.yaml").write_text(_MAIN.format(name=name, url=url), encoding="utf-8")
    (folder / "rules" / "all.yaml").write_text(text, encoding="utf-8")
    (folder / "rules" / MEMBERS).write_text("address\nb00001@bulk.example\n", encoding="utf-8")


def _text(*, rules: int, lists: int, archives: int, relays: int) -> str:
    lines = ["version: 1", "address_lists:", f"  bulk: {{members_file: {MEMBERS}}}"]
    lines += [f'  list-{n:02}: {{members: ["*@m{n:02}.example"]}}' for n in range(1, lists)]
    lines += ["archives:"]
    lines += [f"  archive-{n}: {{retention: ONE_YEAR}}" for n in range(archives)]
    lines += ["relays:"]
    lines += [
        f"  relay-{n}: {{server: mx{n}.example.com, port: 25, authentication: none}}"
        for n in range(relays)
    ]
    lines += [
        "traffic_policies:",
        "  edge:",
        "    default: deny",
        "    statements:",
        '      - allow: [{recipient: {ends_with: "@example.com"}}]',
        "rule_sets:",
        "  inbound:",
        "    rules:",
    ]
    for number in range(1, rules):
        lines += [*_rule(number, lists, archives)]
    lines += [
        "      - name: deliver",
        "        actions: [{relay: {to: relay-0}}]",
        "ingress_points:",
        "  entrance: {type: open, traffic_policy: edge, rule_set: inbound}",
    ]
    return "\n".join(lines) + "\n"


def _rule(number: int, lists: int, archives: int) -> list[str]:
    """A rule: the first ones use a list each, one archives, the others only mark."""
    name = f"tag-{number:02}"
    bulk = number == 1
    sender = "b00001@bulk.example" if bulk else f"s{number:02}@m{number:02}.example"
    condition = f'{{mail_from: {{ends_with: ["{sender}"]}}}}'
    if number < lists:
        of = "bulk" if bulk else f"list-{number:02}"
        condition += f", {{mail_from: {{in_address_list: {of}}}}}"
    action = f"{{add_header: {{name: X-Tag-{number:02}, value: yes}}}}"
    if number <= archives:
        action += f", {{archive: {{to: archive-{number - 1}}}}}"
    shadow = ["        shadow: true"] if name == SHADOW else []
    return [
        f"      - name: {name}",
        *shadow,
        f"        conditions: [{condition}]",
        f"        actions: [{action}]",
    ]
