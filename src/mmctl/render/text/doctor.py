"""What the doctor found, for people: findings first, then what it looked at and what it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.counted import counted
from mmctl.render.text.paragraphs import wrapped
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.operate.doctor.examine import Diagnosis
    from mmctl.operate.doctor.said import FoundFault, NotLookedAt, Symptom

_EMBEDDED = "EMBEDDED, not AWS"


def text(found: Diagnosis) -> Text:
    """The diagnosis: what is wrong, then by symptom what was looked at, then what was not."""
    report = Text()
    head = f"{found.environment}  account {found.account}  {found.region}  {found.endpoint}"
    if found.embedded:
        report.append(f"{_EMBEDDED}\n")
    report.append(f"{visible(head)}\n")
    report.append(f"\n{_verdict(found)}\n", "bold")
    for symptom in _symptoms(found):
        faults = [f for made in found.looks if made.look.symptom is symptom for f in made.faults]
        if faults:
            report.append(f"\n{symptom.sentence}\n", "bold red")
            for fault in faults:
                _fault(report, fault)
    _could_not(report, found)
    _looked(report, found)
    _not_looked(report, found)
    if found.embedded:
        report.append(f"{_EMBEDDED}\n")
    return report


def _symptoms(found: Diagnosis) -> Iterable[Symptom]:
    return dict.fromkeys(made.look.symptom for made in found.looks)


def _verdict(found: Diagnosis) -> str:
    faults, failed = sum(1 for _ in found.faults()), sum(1 for _ in found.failed())
    ended = counted(faults, "finding") if faults else "nothing found"
    return f"{ended}, {counted(failed, 'look')} not possible" if failed else ended


def _fault(report: Text, fault: FoundFault) -> None:
    place = f"  {fault.place}" if fault.place else ""
    report.append(wrapped(visible(f"{fault.text}{place}"), "  "))
    if fault.why:
        report.append(wrapped(visible(f"why: {fault.why}"), "    "))
    for number, command in enumerate(fault.commands):
        report.append(f"    {'help: ' if not number else '      '}{visible(command)}\n", "cyan")


def _could_not(report: Text, found: Diagnosis) -> None:
    failed = list(found.failed())
    if failed:
        report.append("\nCould not look\n", "bold yellow")
    for each in failed:
        report.append(wrapped(visible(f"{each.what}: {each.why}"), "  "))
        if each.help:
            report.append(wrapped(visible(f"help: {each.help}"), "    "), "cyan")
    permissions = found.permissions()
    if permissions:
        report.append(wrapped(visible(f"missing permissions: {', '.join(permissions)}"), "  "))


def _looked(report: Text, found: Diagnosis) -> None:
    report.append("\nLooked at, and sound\n", "bold green")
    for symptom in _symptoms(found):
        sound = [p.text for m in found.looks if m.look.symptom is symptom for p in m.sound]
        if sound:
            report.append(wrapped(visible(f"{symptom}: {'; '.join(sound)}"), "  "))


def _not_looked(report: Text, found: Diagnosis) -> None:
    """What nobody asked for, by what would; and what there is nothing of."""
    left = [each for made in found.looks for each in made.not_looked if not each.failed]
    if not left:
        return
    report.append("\nNot looked at\n", "bold")
    groups = _grouped(left)
    for reason in sorted(groups, key=lambda reason: not reason.startswith("with ")):
        report.append(wrapped(visible(f"{reason}: {', '.join(groups[reason])}"), "  "))


def _grouped(left: Iterable[NotLookedAt]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for each in left:
        if each.help and each.help.startswith("-"):
            reason = f"with {each.help}"
        else:
            reason = f"{each.why} ({each.help})" if each.help else each.why
        groups.setdefault(reason, []).append(each.what)
    return groups
