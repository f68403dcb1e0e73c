"""The library of test cases as the document `mmctl/cases@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.cases.library.answers import AddedCases, ListedCases, MissingKinds, ShownCase

if TYPE_CHECKING:
    from mmctl.cases.library.answers import CasesAnswer
    from mmctl.cases.library.catalog import LibraryEntry
    from mmctl.cases.library.sound import Looked, Verdict
    from mmctl.cases.library.traits import MissingTrait

SCHEMA: Final = "mmctl/cases@1"


def document(answer: CasesAnswer) -> dict[str, Any]:
    """An answer of `mmctl cases`."""
    match answer:
        case ListedCases():
            cases = [_entry(each, each.name in answer.present) for each in answer.entries]
            return {"schema": SCHEMA, "cases": cases}
        case ShownCase():
            return {"schema": SCHEMA, "cases": [_looked(answer.looked, answer.present)]}
        case AddedCases():
            return {
                "schema": SCHEMA,
                "cases": [_entry(each.filled.entry, True) | _now(each) for each in answer.looked],
                "files": list(answer.files),
                "messages": answer.messages,
                "already_there": list(answer.present),
                "left_out": [{"name": name, "lacks": what} for name, what in answer.lacking],
            }
        case MissingKinds():
            return {
                "schema": SCHEMA,
                "cases_looked_at": answer.cases,
                "missing": [_gap(each) for each in answer.gaps],
            }
        case never:
            assert_never(never)


def _entry(entry: LibraryEntry, present: bool) -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "description": entry.description,
        "sound": [*map(str, entry.sound.outcomes), *(["marked"] if entry.sound.marked else [])],
        "because": entry.because,
        "in_project": present,
    }


def _looked(looked: Looked, present: bool) -> dict[str, Any]:
    filled = looked.filled
    return {
        **_entry(filled.entry, present),
        "ingress_point": filled.ingress_point,
        "rule_set": filled.rule_set,
        **filled.written,
        "size": len(filled.message),
        **_now(looked),
    }


def _now(looked: Looked) -> dict[str, Any]:
    return {"now": [_verdict(each) for each in looked.verdicts], "is_sound": looked.sound}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "recipient": verdict.recipient,
        "outcome": verdict.outcome.value,
        "by": verdict.by,
        "marked_by": verdict.mark,
        "is_sound": verdict.sound,
        "missing_facts": list(verdict.unknown),
    }


def _gap(gap: MissingTrait) -> dict[str, Any]:
    return {"trait": gap.trait, "words": gap.words, "cases": list(gap.entries)}
