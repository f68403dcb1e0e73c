"""What the doctor found, for people: findings first in each part, then what was not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.counted import counted
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.operate.doctor.examine import Diagnosis, MadeLook
    from mmctl.operate.doctor.said import FoundFault, NotLookedAt, Symptom

_EMBEDDED = "EMBEDDED, not AWS"


def text(found: Diagnosis) -> Text:
    """The diagnosis: by symptom, in the order of the looks."""
    report = Text()
    head = f"{found.environment}  account {found.account}  {found.region}  {found.endpoint}"
    if found.embedded:
        report.append(f"{_EMBEDDED}\n")
    report.append(f"{visible(head)}\n")
    for symptom in dict.fromkeys(made.look.symptom for made in found.looks):
        made = [each for each in found.looks if each.look.symptom is symptom]
        _part(report, symptom, made)
    _end(report, found)
    if found.embedded:
        report.append(f"{_EMBEDDED}\n")
    return report


def _part(report: Text, symptom: Symptom, looks: Sequence[MadeLook]) -> None:
    faults = [fault for made in looks for fault in made.faults]
    sound = [part for made in looks for part in made.sound]
    not_looked = [each for made in looks for each in made.not_looked]
    counts = [counted(len(faults), "finding") if faults else "nothing found"]
    counts += [f"{len(sound)} sound"] if sound else []
    counts += [f"{len(not_looked)} not looked at"] if not_looked else []
    report.append(f"\n{symptom.sentence}", "bold")
    report.append(f": {', '.join(counts)}\n")
    for fault in faults:
        _fault(report, fault)
    for each in not_looked:
        if each.failed:
            report.append("  could not look: ", "bold yellow")
            report.append(f"{visible(each.what)}: {visible(each.why)}\n")
    for part in sound:
        report.append("  ok: ", "green")
        report.append(f"{visible(part.text)}\n")
    for why, names in _by_reason(each for each in not_looked if not each.failed).items():
        report.append("  not looked at: ", "yellow")
        report.append(f"{visible(', '.join(names))}: {visible(why)}\n")


def _by_reason(not_looked: Iterable[NotLookedAt]) -> dict[str, list[str]]:
    """What nobody asked for, by why it was left."""
    found: dict[str, list[str]] = {}
    for each in not_looked:
        why = f"{each.why} ({each.help})" if each.help else each.why
        found.setdefault(why, []).append(each.what)
    return found


def _fault(report: Text, fault: FoundFault) -> None:
    report.append("  found: ", "bold red")
    place = f"  {fault.place}" if fault.place else ""
    report.append(f"{visible(fault.text)}{visible(place)}\n")
    if fault.why:
        report.append(f"    why: {visible(fault.why)}\n")
    for number, command in enumerate(fault.commands):
        report.append(f"    {'help: ' if not number else '      '}{visible(command)}\n", "cyan")


def _end(report: Text, found: Diagnosis) -> None:
    faults, failed = sum(1 for _ in found.faults()), sum(1 for _ in found.failed())
    ended = counted(faults, "finding") if faults else "nothing found"
    if failed:
        ended += f", {counted(failed, 'look')} not possible"
    report.append(f"\n{ended}\n")
    permissions = found.permissions()
    if permissions:
        report.append(f"missing permissions: {visible(', '.join(permissions))}\n")
