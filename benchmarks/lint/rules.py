"""The same rules twice: as files of mmctl and as a CloudFormation template.

Eight rule sets of the size that the service takes, 300 rules in all. The rules are made up, always
the same ones, and without a fault: both linters read everything and report nothing.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path

RULES: Final = 300
LINES_A_RULE: Final = 30
"""About as many has a rule with a value a line."""
A_SET: Final = 38
"""Rules of a set; with the last one, which delivers, they are below the service's 40."""
SEED: Final = 1
RELAY: Final = "r-0123456789abcdef"
ARCHIVE: Final = "a-0123456789abcdef"
WITHOUT_PROOFS: Final = "lint: {proof_effort: 0}\n"
BINDINGS: Final = f"""\
version: 1
project: benchmark
{WITHOUT_PROOFS}environments:
  local:
    endpoint: embedded
    bindings: {{relays: {{exchange: {RELAY}}}, archives: {{all-mail: {ARCHIVE}}}}}
"""

Condition = dict[str, Any]


def write(folder: Path, *, proofs: bool = False) -> tuple[Path, Path]:
    """Write both forms; returns the folder of the project and the template.

    `proofs`: lint proves what it says about rules, as it does where nobody forbids it.
    """
    sets = [rule_set(number) for number in range(-(-RULES // A_SET))]
    project = folder / "project"
    (project / "rules").mkdir(parents=True)
    settings = BINDINGS.replace(WITHOUT_PROOFS, "") if proofs else BINDINGS
    (project / "mmctl.yaml").write_text(settings, encoding="utf-8")
    for number, rules in enumerate(sets):
        text = as_mmctl(f"set-{number}", rules)
        (project / "rules" / f"set-{number}.yaml").write_text(text, encoding="utf-8")
    template = folder / "template.yaml"
    with template.open("w", encoding="utf-8") as file:
        YAML().dump(as_template(sets), file)
    return project, template


def write_lines(folder: Path, rules: int) -> Path:
    """Write so many rules with a value a line, `LINES_A_RULE` lines a rule; returns the folder."""
    (folder / "rules").mkdir(parents=True)
    (folder / "mmctl.yaml").write_text(BINDINGS, encoding="utf-8")
    for number in range(-(-rules // A_SET)):
        text = as_mmctl(f"set-{number}", rule_set(number, rules), lines=True)
        (folder / "rules" / f"set-{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def rule_set(number: int, of: int = RULES) -> list[dict[str, Any]]:
    """Rules in the shapes of the API."""
    first = number * A_SET
    rules = [rule(index) for index in range(first, min(first + A_SET, of) - 1)]
    deliver = {"Name": "deliver", "Actions": [{"Relay": {"Relay": RELAY}}]}
    return [*rules, deliver]


def rule(index: int) -> dict[str, Any]:
    """One rule that drops, keeps or marks."""
    random = Random(SEED * 1000 + index)  # noqa: S311 - examples, not secrets
    kind = index % 3
    actions: list[dict[str, Any]] = (
        [{"Drop": {}}],
        [{"Archive": {"TargetArchive": ARCHIVE}}],
        [{"AddHeader": {"HeaderName": "X-Rule", "HeaderValue": f"rule-{index}"}}],
    )[kind]
    conditions = [
        text("MAIL_FROM", "EQUALS", [f"user{index}-{n}@sender{n}.example" for n in range(10)]),
        text("SUBJECT", "CONTAINS", sorted(f"offer {index} {word(random)}" for _ in range(10))),
        {
            "IpExpression": {
                "Evaluate": {"Attribute": "SOURCE_IP"},
                "Operator": "CIDR_MATCHES",
                "Values": [f"198.51.100.{16 * (index % 16)}/28"],
            }
        },
    ]
    unless = [text("RECIPIENT", "EQUALS", [f"desk{index}@example.com"])]
    return {
        "Name": f"rule-{index}",
        "Conditions": conditions[: 2 + index % 2],
        "Unless": unless if kind == 0 else [],
        "Actions": actions,
    }


def word(random: Random) -> str:
    """Some letters."""
    return "".join(random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(8))


def text(attribute: str, operator: str, values: list[str]) -> Condition:
    """A condition on a text."""
    expression = {"Evaluate": {"Attribute": attribute}, "Operator": operator, "Values": values}
    return {"StringExpression": expression}


def as_template(sets: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """A CloudFormation template with one resource a rule set."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            f"Set{number}": {
                "Type": "AWS::SES::MailManagerRuleSet",
                "Properties": {"RuleSetName": f"set-{number}", "Rules": rules},
            }
            for number, rules in enumerate(sets)
        },
    }


def as_mmctl(name: str, rules: list[dict[str, Any]], *, lines: bool = False) -> str:
    """The same rules in mmctl's language, a member a line as people write it.

    `lines`: a value a line, as others write it.
    """
    text = ["version: 1", "rule_sets:", f"  {name}:", "    rules:"]
    for each in rules:
        text.append(f"      - name: {each['Name']}")
        for member in ("Conditions", "Unless"):
            if each.get(member):
                text.append(f"        {member.lower()}:")
                written = _lines if lines else _condition
                text += [f"          - {written(condition)}" for condition in each[member]]
        text += ["        actions:", *(f"          - {_action(a)}" for a in each["Actions"])]
    return "\n".join(text) + "\n"


def _lines(condition: Condition) -> str:
    ((_, expression),) = condition.items()
    attribute = expression["Evaluate"]["Attribute"].lower()
    values = "".join(f'\n{" " * 16}- "{value}"' for value in expression["Values"])
    return f"{attribute}:\n{' ' * 14}{expression['Operator'].lower()}:{values}"


def _condition(condition: Condition) -> str:
    ((_, expression),) = condition.items()
    attribute = expression["Evaluate"]["Attribute"].lower()
    values = ", ".join(f'"{value}"' for value in expression["Values"])
    return f"{attribute}: {{{expression['Operator'].lower()}: [{values}]}}"


def _action(action: dict[str, Any]) -> str:
    match action:
        case {"Archive": _}:
            return "archive: {to: all-mail}"
        case {"AddHeader": members}:
            return f"add_header: {{name: {members['HeaderName']}, value: {members['HeaderValue']}}}"
        case {"Relay": _}:
            return "relay: {to: exchange}"
        case _:
            return "drop"
