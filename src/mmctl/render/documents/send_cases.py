"""Cases that were sent as real mail: as `mmctl/send@1`, and as a JUnit report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from mmctl.client.expecting import CaseEnd
from mmctl.client.sorting import CaseKind
from mmctl.render.documents.send import SCHEMA, failure_document, reply_document
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.client.expecting import CaseSent, SeenEnd
    from mmctl.client.results import CasesSent

_RESULT_WORDS = {
    CaseEnd.SAME: "ended as expected",
    CaseEnd.DIFFERS: "ended differently",
    CaseEnd.NO_RECORD: "no log said what became of it",
    CaseEnd.NOT_SENT: "it was not sent",
}


def cases_document(sent: CasesSent) -> dict[str, Any]:
    """The cases with the three counts and how they ended."""
    return {
        "schema": SCHEMA,
        "counts": sent.counts,
        "evidence": sent.evidence,
        "cases": [_case(each) for each in sent.results],
    }


def junit(sent: CasesSent) -> str:
    """The cases as a JUnit test suite; those that were not sent are skipped, with the reason."""
    tried = [each for each in sent.results if each.sorted.kind is not CaseKind.NOT_SENDABLE]
    failed = sum(each.result is CaseEnd.DIFFERS for each in tried)
    unknown = sum(each.result in {CaseEnd.NO_RECORD, CaseEnd.NOT_SENT} for each in tried)
    suite = ET.Element(
        "testsuite",
        name="mmctl send --expect",
        tests=str(len(sent.results)),
        failures=str(failed),
        errors=str(unknown),
        skipped=str(len(sent.results) - len(tried)),
    )
    for each in sent.results:
        at = each.sorted.case.position
        case = ET.SubElement(
            suite,
            "testcase",
            name=visible(each.sorted.case.name),
            classname=at.file,
            file=at.file,
            line=str(at.line),
        )
        if each.sorted.kind is CaseKind.NOT_SENDABLE:
            ET.SubElement(case, "skipped", message=visible("; ".join(each.sorted.why)))
        elif each.result is not CaseEnd.SAME:
            kind = "failure" if each.result is CaseEnd.DIFFERS else "error"
            lines = [f"{one.recipient}: {line}" for one in each.recipients for line in one.differs]
            told = ET.SubElement(case, kind, message=_RESULT_WORDS[each.result], type="expectation")
            told.text = "\n".join(map(visible, lines))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"
    )


def _case(each: CaseSent) -> dict[str, Any]:
    case = each.sorted.case
    return {
        "name": case.name,
        "file": case.position.file,
        "line": case.position.line,
        "kind": each.sorted.kind.value,
        "why": list(each.sorted.why),
        "result": each.result.value,
        "message_id": None if each.sent is None else each.sent.message_id,
        "failure": failure_document(None if each.sent is None else each.sent.failure),
        "recipients": [
            {
                "recipient": one.recipient,
                "stated": _ended(one.stated),
                "expected": _ended(one.expected),
                "got": _ended(one.got),
                "reply": reply_document(
                    None
                    if each.sent is None
                    else next(
                        (a.reply for a in each.sent.recipients if a.recipient == one.recipient),
                        None,
                    )
                ),
                "differs": list(one.differs),
            }
            for one in each.recipients
        ],
    }


def _ended(ended: SeenEnd) -> dict[str, Any]:
    return {
        "outcome": None if ended.outcome is None else ended.outcome.value,
        "by": ended.by,
        "rules": None if ended.rules is None else list(ended.rules),
        "actions": None if ended.actions is None else list(ended.actions),
    }
