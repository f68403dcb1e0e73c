"""Names in company rules: those that must be defined somewhere in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.company_rules import AnyOf, Has, Is, keyed_tests
from mmctl.language.references import is_raw
from mmctl.language.text.suggest import did_you_mean
from mmctl.model.actions import WORDS
from mmctl.model.comparisons import LISTED
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mmctl.language.company_rules import CompanyRule, Test
    from mmctl.language.parsing.rule_files import RuleFiles
    from mmctl.language.project import Project

_ENVIRONMENT: Final = "environment"
_PHASE: Final = "phase"
_FILE: Final = "file"
_OF_RULES: Final[Mapping[str, Kind | str]] = {
    "rule_set": Kind.RULE_SET,
    "environments": _ENVIRONMENT,
    "phase": _PHASE,
}
_OF_OTHERS: Final[Mapping[str, Kind | str]] = {
    "rule_set": Kind.RULE_SET,
    "policy": Kind.TRAFFIC_POLICY,
    "traffic_policy": Kind.TRAFFIC_POLICY,
}


def check_company_names(files: RuleFiles, project: Project) -> None:
    """Report names in company rules that nothing defines, in any environment."""
    settings = project.settings
    bound = [each.bindings for each in settings.environments.values()]
    known: dict[Kind | str, Collection[str]] = {
        kind: files.defined(kind).union(*(each.get(kind, {}) for each in bound)) for kind in Kind
    }
    known[_ENVIRONMENT] = settings.environments
    known[_FILE] = files.loaded
    if not files.builder.problems:
        # A phase in a rule set with a mistake is not there.
        sets = project.rule_sets.values()
        known[_PHASE] = {phase.name for each in sets for phase in each.phases}
    for rule in settings.lint.company_rules:
        for named, test in _names_in(rule):
            name = str(test.value)
            if named not in known or is_raw(name) or name in known[named]:
                continue
            noun = named.noun if isinstance(named, Kind) else named
            files.builder.report(
                "unknown-name",
                test.position,
                f"there is no {noun} `{name}`, so this never fits",
                did_you_mean(name, known[named]),
            )


def _names_in(rule: CompanyRule) -> Iterator[tuple[Kind | str, Is]]:
    """Each name in a company rule, with what it names."""
    for described in rule.tests:
        for keys, test in keyed_tests(described):
            if isinstance(test, Has) and keys[-1:] == ("condition",):
                yield from _in_condition(test)
            named = _named(rule.about, keys)
            if isinstance(test, Is) and named is not None:
                yield named, test


def _named(about: str, keys: tuple[str, ...]) -> Kind | str | None:
    """What the texts under some keys are names of."""
    match keys:
        case ("before" | "after", *rest):
            return _named(about, tuple(rest))
        case ("action", word, key):
            names = (each.names for each in WORDS[word].keys if each.word == key)
            return next((each for each in names if isinstance(each, Kind)), None)
        case ("file",):
            return _FILE
        case (key,):
            return (_OF_RULES if about == "rules" else _OF_OTHERS).get(key)
        case _:
            return None


def _in_condition(described: Has) -> Iterator[tuple[Kind, Is]]:
    """The address lists and add-ons that a described condition names."""
    if _each(described, "operator") <= LISTED.operators.keys() and "operator" in described.keys:
        yield from ((Kind.ADDRESS_LIST, each) for each in _texts(described.keys.get("value")))
    if _each(described, "field") == {"add_on"}:
        yield from ((Kind.ADD_ON, each) for each in _texts(described.keys.get("name")))


def _each(described: Has, key: str) -> set[str]:
    test = described.keys.get(key)
    tests = test.tests if isinstance(test, AnyOf) else (test,)
    return {str(each.value) if isinstance(each, Is) else "" for each in tests}


def _texts(test: Test | None) -> Iterator[Is]:
    for _, each in keyed_tests(test) if test is not None else ():
        if isinstance(each, Is):
            yield each
