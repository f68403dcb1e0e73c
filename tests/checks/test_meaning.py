"""Checks find a mistake however it is written, and nothing where it only looks like one.

`meaning/*.yaml` has a gateway for each check, with a place for rules: `spellings` are the mistake
written in several ways, `sound` looks like it and is none.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from ruamel.yaml import YAML

from mmctl.checks.lint import lint
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    from mmctl.problem import Problem

GATEWAYS: Final = Path(__file__).parent / "meaning"
TODAY: Final = date(2026, 11, 20)
PROJECT: Final = """\
version: 1
project: mail
rules: [rules.yaml]
vars: {partner: "@partner.example", own: "@example.com"}
environments: {local: {endpoint: embedded}, prod: {endpoint: embedded}}
default_environment: local
"""


def test_a_mistake_is_found_in_every_spelling_and_not_where_there_is_none() -> None:
    faults = []
    for path in sorted(GATEWAYS.glob("*.yaml")):
        table = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        for kind in ("spellings", "sound"):
            for name, text in table[kind].items():
                said = found(table["gateway"].replace("RULES\n", indented(text, 6)))
                if (table["check"] in said) is not (kind == "spellings"):
                    faults.append(f"{path.name}: {kind}: {name}: {sorted(said)}")
    assert faults == []


def test_the_end_of_a_service_is_judged_by_the_day() -> None:
    text = (GATEWAYS.parent / "ending-service" / "bad.yaml").read_text(encoding="utf-8")
    severities = {
        day: sorted(
            (problem.position.line, problem.severity.name)
            for problem in problems_of(text, date.fromisoformat(day))
            if problem.check == "ending-service"
        )
        for day in ("2026-03-30", "2026-03-31", "2026-07-31", "2027-03-31", "2027-04-01")
    }
    assert severities == {
        "2026-03-30": [],
        "2026-03-31": [(8, "WARNING")],
        "2026-07-31": [(8, "WARNING"), (12, "INFO")],
        "2027-03-31": [(8, "WARNING"), (12, "INFO")],
        "2027-04-01": [(8, "ERROR"), (12, "INFO")],
    }


REPORTED: Final = {
    "drop-all.yaml": {"blocks-ordinary-mail", "unreachable-rule"},
    "forged.yaml": {"forgeable-exception"},
    "forged2.yaml": {"own-domain-allow"},
    "order.yaml": {"change-without-effect", "non-smtp-relay"},
    "r01-o365info-spoof-exception.yaml": {"own-domain-allow"},
    "r02-tekkigurus-exception.yaml": {"own-domain-allow"},
    "r04-tiagoscarvalho-partner-bypass.yaml": {"forgeable-allow"},
    "r09-opensmtpd-1168-null-sender.yaml": {"blocks-ordinary-mail"},
    "r14-mimedefang-27-role.yaml": {"blocks-ordinary-mail"},
    "u08-cfn-docs-mailto.yaml": {"dmarc-policy-alone"},
}
"""What at least must be said about gateways that were reported with too little said."""
FOUND: Final = Path(__file__).parents[2].parent / "shared" / "found-2026-11" / "lint"


@pytest.mark.skipif(not FOUND.is_dir(), reason="the reported gateways are not on this machine")
def test_reported_gateways_get_their_problems() -> None:
    missing = {}
    for name, checks in REPORTED.items():
        text = (FOUND / name).read_text(encoding="utf-8")
        project, _ = read_text({"rules.yaml": text}, lone=True)
        missing[name] = checks - {problem.check for problem in lint(project, TODAY)}
    assert not any(missing.values()), missing


def test_a_settled_reading_decides_what_a_dmarc_policy_means() -> None:
    text = (GATEWAYS.parent / "dmarc-policy-alone" / "bad.yaml").read_text(encoding="utf-8")
    found_by = {}
    for choice in ("policy_when_dmarc_failed", "published_policy"):
        settled = f"{PROJECT}semantics: {{dmarc_policy_means: {choice}}}\n"
        problems = problems_of(text, TODAY, settled)
        found_by[choice] = {p.severity.name for p in problems if p.check == "dmarc-policy-alone"}
    assert found_by == {"policy_when_dmarc_failed": set(), "published_policy": {"ERROR"}}


def found(text: str) -> set[str]:
    """The checks that report something about a gateway."""
    return {problem.check for problem in problems_of(text, TODAY)}


def problems_of(text: str, today: date, settings: str = PROJECT) -> tuple[Problem, ...]:
    project, problems = read_text({"mmctl.yaml": settings, "rules.yaml": text})
    assert problems == (), problems
    return lint(project, today)


def indented(text: str, width: int) -> str:
    return "".join(f"{' ' * width}{line}\n" for line in text.splitlines())
