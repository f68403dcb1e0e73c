"""How the messages of differences end here: judged, not stated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.migration.examples import ORDINARY_CLIENT, RECIPIENT
from mmctl.interchange.migration.files import RESOURCES
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.cli.migrating.imported import ImportedProject
    from mmctl.interchange.migration.lowered import LoweredGateway, LoweredRule
    from mmctl.interchange.migration.source import Example
    from mmctl.judge.trace import Trace

_CASES = "cases/examples.yaml"
_RULES = "rules/examples.yaml"
_ORDINARY: Final = {
    "session": {"source_ip": ORDINARY_CLIENT, "helo": "mail.example.org", "tls": "TLS1_3"},
    "verdicts": {"spf": "PASS", "dkim": "PASS", "dmarc_policy": "NONE"},
}
"""What an example does not say is as in ordinary mail, so that nothing stays unknown."""
_KEPT = (PROJECT_FILE, RESOURCES)


def endings_here(
    lowered: LoweredGateway, project: ImportedProject
) -> Callable[[LoweredRule, Example], str]:
    """How an example of a rule ends by the rules that it became, and the delivery at the end.

    All are judged at once, each by a rule set of its own, so that no rule above hides another.
    """
    rules = [rule for rule in lowered.rules if any(each.example for each in rule.differences)]
    if not rules:
        return lambda _rule, _example: ""
    places = {id(rule): f"r{number}" for number, rule in enumerate(rules)}
    examples = [
        (rule, difference.example)
        for rule in rules
        for difference in rule.differences
        if difference.example is not None
    ]
    ended = _judged(lowered, project, places, examples)
    found = {
        (id(rule), id(example)): text for (rule, example), text in zip(examples, ended, strict=True)
    }
    return lambda rule, example: found[id(rule), id(example)]


def _judged(
    lowered: LoweredGateway,
    project: ImportedProject,
    places: Mapping[int, str],
    examples: list[tuple[LoweredRule, Example]],
) -> list[str]:
    from mmctl.cases.parsing import cases_of
    from mmctl.cases.running import gateway_of_case, submission_of_case
    from mmctl.judge.judging import judge
    from mmctl.language.parsing.load import read_text
    from mmctl.language.writing.write import to_yaml

    last = [] if lowered.last is None else [lowered.last]
    sets = {
        places[id(rule)]: {"rules": [*_acting(rule), *last]}
        for rule in {id(rule): rule for rule, _ in examples}.values()
    }
    cases = [
        _case(f"e{number}", places[id(rule)], example)
        for number, (rule, example) in enumerate(examples)
    ]
    texts = {
        path: text
        for path, text in project.texts.items()
        if path in _KEPT or path.startswith("lists/")
    }
    texts[_RULES] = to_yaml({"version": 1, "rule_sets": sets})
    texts[_CASES] = to_yaml({"version": 1, "cases": cases})
    made, problems = read_text(texts)
    errors = [each for each in problems if each.severity is Severity.ERROR]
    found, more = cases_of(made)
    errors += more
    named = {case.name: case for case in found}
    ended = []
    for number in range(len(examples)):
        case = named.get(f"e{number}")
        if case is None:
            message = errors[0].message if errors else "it is no case"
            ended.append(f"not judged: {message}")
            continue
        trace = judge(
            gateway_of_case(made, case), submission_of_case(case, _no_file), case.scenario
        )
        ended.append(_ending(trace))
    return ended


def _acting(rule: LoweredRule) -> list[dict[str, Any]]:
    """The rules as they act when they are switched on; what is to be written stays off."""
    if rule.is_todo:
        return list(rule.rules)
    off = {"shadow", "expires", "enabled"}
    return [{key: value for key, value in each.items() if key not in off} for each in rule.rules]


def _case(name: str, rule_set: str, example: Example) -> dict[str, Any]:
    envelope = example.mail.get("envelope", {})
    recipients = envelope.get("recipients") or [RECIPIENT]
    mail = {**example.mail, "envelope": {**envelope, "recipients": list(recipients)}}
    for member, ordinary in _ORDINARY.items():
        mail[member] = {**ordinary, **mail.get(member, {})}
    expected = {str(recipient): "delivered" for recipient in recipients}
    return {"name": name, "rule_set": rule_set, **mail, "expect": expected}


def _ending(trace: Trace) -> str:
    """How a message ended: for each recipient, if they differ."""
    endings: dict[str, list[str]] = {}
    for each in trace.recipients:
        by = f" by `{each.by}`" if each.by else ""
        others = [f"`{name}`" for name in each.applied if name != each.by]
        after = f", after {', '.join(others)}" if others else ""
        endings.setdefault(f"{each.outcome}{by}{after}", []).append(each.recipient)
    if len(endings) == 1:
        return next(iter(endings))
    return "; ".join(f"{', '.join(names)}: {ending}" for ending, names in endings.items())


def _no_file(path: str) -> bytes:
    raise FileNotFoundError(path)
