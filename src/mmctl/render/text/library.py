"""The library of test cases, for people: its entries, what was added, what is missing."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.cases.library.answers import AddedCases, ListedCases, MissingKinds, ShownCase
from mmctl.counted import counted
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.cases.library.answers import CasesAnswer
    from mmctl.cases.library.sound import Looked, Verdict

_WIDTH: Final = 80
_LINES: Final = 60
"""Of a message so many lines are shown."""
_ENTRIES: Final = 3
_RECIPIENTS: Final = 5
_NAMED: Final = 10
_UNSEEN: Final = "No rule can see that: the project has no add-on that scans."


def human(answer: CasesAnswer) -> StyledParts:
    """An answer of `mmctl cases`."""
    match answer:
        case ListedCases():
            return _listed(answer)
        case ShownCase():
            return _shown(answer)
        case AddedCases():
            return _added(answer)
        case MissingKinds():
            return _missing(answer)
        case never:
            assert_never(never)


def _listed(listed: ListedCases) -> StyledParts:
    text = StyledParts()
    widest = max(len(entry.name) for entry in listed.entries)
    kind = None
    for entry in listed.entries:
        if entry.kind != kind:
            text.add(f"{entry.kind}\n", "bold")
            kind = entry.kind
        mark = "*" if entry.name in listed.present else " "
        text.add(f"{mark} {entry.name:<{widest}}  ")
        text.add(_wrapped(entry.description, widest + 4) + "\n")
    present = sum(entry.name in listed.present for entry in listed.entries)
    text.add(
        f"{counted(len(listed.entries), 'case')}; {present} of them in this project (*)\n"
        "`mmctl cases show NAME` shows one, `mmctl cases add NAME` takes it over\n"
    )
    return text


def _wrapped(words: str, indent: int) -> str:
    return ("\n" + " " * indent).join(textwrap.wrap(words, max(_WIDTH - indent, 30)))


def _shown(shown: ShownCase) -> StyledParts:
    looked = shown.looked
    filled, entry = looked.filled, looked.filled.entry
    text = StyledParts()
    text.add(entry.name, "bold")
    text.add(f" ({entry.kind}{', in this project' if shown.present else ''})\n")
    text.add(f"{_wrapped(entry.description, 0)}\n")
    text.add(f"sound: {entry.sound.words}\n{_wrapped(entry.because, 0)}\n\n")
    way = f"rule set {filled.rule_set}"
    if filled.ingress_point is not None:
        way = f"ingress point {filled.ingress_point}"
    text.add(f"{visible(way)}\n", "bold")
    for name, words in shown.facts:
        text.add(f"{name}: {visible(_shortened(words))}\n")
    text.add("\n")
    lines = filled.message.decode("utf-8", "replace").splitlines()
    for line in lines[:_LINES]:
        text.add(f"  {visible(_shortened(line))}".rstrip() + "\n", "dim")
    if len(lines) > _LINES:
        text.add(f"  … {len(lines) - _LINES:,} more lines, {len(filled.message):,} bytes in all\n")
    text.add("\nnow\n", "bold")
    for verdict in looked.verdicts[:_RECIPIENTS]:
        text.extend(_now(verdict))
    text.extend(_more(looked.verdicts))
    if looked.unseen and not looked.sound:
        text.add(f"  {_UNSEEN}\n")
    return text


def _shortened(line: str) -> str:
    most = 400
    return line if len(line) <= most else f"{line[:most]}…"


def _now(verdict: Verdict) -> StyledParts:
    text = StyledParts()
    text.add("  sound    " if verdict.sound else "  UNSOUND  ", "" if verdict.sound else "yellow")
    text.add(f"{visible(verdict.recipient)}: {_ending(verdict)}\n")
    return text


def _ending(verdict: Verdict) -> str:
    by = f" by `{visible(verdict.by)}`" if verdict.by else ""
    mark = f", marked by `{visible(verdict.mark)}`" if verdict.mark else ""
    facts = f" (state {', '.join(map(visible, verdict.unknown))})" if verdict.unknown else ""
    return f"{verdict.outcome}{by}{mark}{facts}"


def _more(verdicts: tuple[Verdict, ...]) -> StyledParts:
    text = StyledParts()
    rest = len(verdicts) - _RECIPIENTS
    if rest > 0:
        sound = sum(verdict.sound for verdict in verdicts[_RECIPIENTS:])
        text.add(f"  … {counted(rest, 'more recipient')}, {sound} of them soundly\n")
    return text


def _added(added: AddedCases) -> StyledParts:
    text = StyledParts()
    if added.looked:
        files = f"{counted(len(added.looked), 'case')} in {counted(len(added.files), 'file')}"
        text.add(f"added {files}, {counted(added.messages, 'message')} beside them\n")
        for file in added.files:
            text.add(f"  {visible(file)}\n")
    if added.present:
        named = len(added.present) <= _NAMED
        names = ", ".join(added.present) if named else counted(len(added.present), "case")
        text.add(f"already there: {names}\n")
    for name, what in added.lacking:
        text.add(f"left out: {name}, because the project has no {what}\n")
    findings = [looked for looked in added.looked if not looked.sound]
    if findings:
        text.add(
            f"\n{counted(len(findings), 'finding')}: the rules do not do what a sound gateway "
            "would;\nthese cases have a `todo`, so that they stop nothing until you decide\n",
            "bold",
        )
        for looked in findings:
            text.extend(_finding(looked))
    return text


def _finding(looked: Looked) -> StyledParts:
    text = StyledParts()
    entry = looked.filled.entry
    text.add(f"  {entry.name}", "yellow")
    verdict = next(each for each in looked.verdicts if not each.sound)
    text.add(f": {_ending(verdict)}; sound is {entry.sound.words}\n")
    said = f"{entry.because} {_UNSEEN}" if looked.unseen else entry.because
    text.add(f"    {_wrapped(said, 4)}\n", "dim")
    return text


def _missing(missing: MissingKinds) -> StyledParts:
    text = StyledParts()
    looked = counted(missing.cases, "case")
    if not missing.gaps:
        text.add(f"{looked}: no kind of mail of the library is missing\n")
        return text
    text.add(f"{looked}; none of them is about mail\n", "bold")
    for gap in missing.gaps:
        text.add(f"  {gap.words}\n")
        if gap.entries:
            text.add(f"    mmctl cases add {gap.entries[0]}")
            others = ", ".join(gap.entries[1:_ENTRIES])
            text.add(f"  (or {others})\n" if others else "\n", "dim")
    text.add(f"{counted(len(missing.gaps), 'kind')} missing\n")
    names = tuple(_chosen(missing))
    if len(names) > 1:
        text.add(f"all of them: mmctl cases add {' '.join(names)}\n")
    return text


def _chosen(missing: MissingKinds) -> Iterable[str]:
    return dict.fromkeys(gap.entries[0] for gap in missing.gaps if gap.entries)
