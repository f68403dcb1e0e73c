"""Archives for people: what a search found, one message, what was exported and released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from rich.text import Text

from mmctl.counted import counted
from mmctl.operate.archive.released import ReleaseState
from mmctl.render.text.paragraphs import wrapped
from mmctl.render.text.trace import timeline
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.operate.archive.released import Release
    from mmctl.operate.archive.releasing import ReleaseResult
    from mmctl.operate.archive.searching import FoundMail
    from mmctl.operate.archive.service import ArchivedMail
    from mmctl.operate.archive.showing import ReadableMessage

_STYLES: Final = {
    ReleaseState.RELEASED: "green",
    ReleaseState.REFUSED: "bold red",
    ReleaseState.FAILED: "bold red",
    ReleaseState.UNKNOWN: "bold yellow",
}


def found(archive: str, mail: FoundMail, span: str, width: int) -> Text:
    """Three lines for each message: when and whose, its subject, its id."""
    report = Text()
    for each in mail.mail:
        report.append_text(_mail(each, width))
    number = counted(len(mail.mail), "message")
    report.append(f"{number} in {visible(archive)}, {span}\n", "bold")
    if not mail.complete:
        report.append("there are more: narrow the search, or raise --limit\n", "yellow")
    return _ended(report)


def _mail(mail: ArchivedMail, width: int) -> Text:
    at = "time unknown    " if mail.at is None else f"{mail.at:%Y-%m-%d %H:%M}"
    sender = "unknown" if mail.mail_from is None else mail.mail_from or "<>"
    more = f" (+{len(mail.recipients) - 1})" if len(mail.recipients) > 1 else ""
    to = (mail.recipients or ("unknown",))[0]
    lines = Text(_cut(f"{at}  {visible(sender)} → {visible(to)}{more}", width) + "\n", "bold")
    attachments = "  [attachments]" if mail.attachments else ""
    subject = visible(mail.subject or "(no subject)")
    lines.append(_cut(f"  {subject}", width - len(attachments)) + attachments + "\n", "not bold")
    lines.append(f"  {visible(mail.id)}\n", "dim not bold")
    return lines


def message(shown: ReadableMessage) -> Text:
    """One message: where it came from, its header and text, its way through the rules."""
    about = shown.message
    report = Text(f"{visible(about.id)}\n", "bold")
    for line in _facts(shown):
        report.append(f"  {line}\n", "not bold")
    report.append("\nheader\n", "bold")
    for name, value in shown.fields:
        report.append(f"  {visible(name)}: ", "cyan not bold")
        report.append(f"{visible(value)}\n", "not bold")
    report.append("\ntext" + (" (the words of its HTML)\n" if shown.from_html else "\n"), "bold")
    for line in shown.text.splitlines() or ["(none)"]:
        report.append(f"  {visible(line)}\n", "not bold")
    if shown.is_cut:
        report.append("  … cut; the whole message: --source, or --save FILE\n", "yellow not bold")
    if shown.attached:
        report.append(f"\n{counted(len(shown.attached), 'attachment')}\n", "bold")
    for each in shown.attached:
        line = f"  {visible(each.name)}  {visible(each.type)}  {each.size:,} bytes\n"
        report.append(line, "not bold")
    for note in shown.notes:
        report.append(f"note: {visible(note)}\n", "yellow")
    return _ended(report.append_text(_way(shown)))


def _facts(shown: ReadableMessage) -> Iterable[str]:
    about = shown.message
    if about.at is not None:
        yield f"received    {about.at:%Y-%m-%dT%H:%M:%SZ}"
    client = visible(about.source_ip or "an unknown address")
    helo = "" if about.helo is None else f", HELO {visible(about.helo)}"
    yield f"from        {client}{helo}"
    tls = "not told" if about.tls_protocol is None else visible(about.tls_protocol)
    yield f"TLS         {tls}"
    sender = "unknown" if about.mail_from is None else visible(about.mail_from) or "<>"
    yield f"MAIL FROM   {sender}"
    for recipient in about.recipients or ("unknown",):
        yield f"RCPT TO     {visible(recipient)}"
    yield f"size        {len(about.content):,} bytes"


def _way(shown: ReadableMessage) -> Text:
    report = Text("\n")
    if shown.trace is None:
        report.append(f"way through the rules: {visible(shown.no_way or 'unknown')}\n", "bold")
        return report
    report.append(f"way through the rules of the files, {visible(shown.way or '')}\n", "bold")
    told = "The archive tells envelope, client and header; no verdict and no add-on's answer."
    report.append(wrapped(told, "  ") + "\n", "dim")
    for each in shown.trace.recipients:
        report.append_text(timeline(each))
    return report


def exported(number: int | None, archive: str, place: str, id_: str | None) -> Text:
    """What was exported, and where it is."""
    what = "messages" if number is None else counted(number, "message")
    report = Text(f"exported {what} of {visible(archive)} to {visible(place)}\n", "bold")
    if id_ is not None:
        report.append(f"  export {visible(id_)}\n", "not bold")
    return _ended(report)


def releases(results: Sequence[ReleaseResult]) -> Text:
    """One line for each recipient, and for each message that was not released."""
    report = Text()
    for result in results:
        report.append(f"{visible(result.message)}\n", "bold")
        if result.release is not None:
            report.append_text(_replies(result.release))
        if result.fault is not None:
            report.append(f"  not released: {visible(result.fault)}\n", "bold red")
    done = sum(result.is_released for result in results)
    report.append(f"released {done} of {counted(len(results), 'message')}\n", "bold")
    return _ended(report)


def record(done: Sequence[Release], wrong: Sequence[int], place: str) -> Text:
    """The releases of a store, newest first."""
    report = Text()
    for release in reversed(done):
        report.append(f"{visible(release.id)}  {visible(release.at)}", "bold")
        report.append(f"  {visible(release.who)}  by {visible(release.via)}", "not bold")
        again = ", once more" if release.again else ""
        report.append(f"  ({visible(release.reason)}{again})\n", "not bold")
        of = f"  of {visible(release.archive)}" if release.archive else ""
        report.append(f"  {visible(release.message)}{of}\n", "not bold")
        report.append_text(_replies(release))
    for number in wrong:
        text = f"line {number} of the record is damaged, or was changed after it was written\n"
        report.append(text, "bold red")
    if not report:
        return Text(f"nothing was released; the record would be in {visible(place)}")
    return _ended(report)


def _replies(release: Release) -> Text:
    report = Text()
    for recipient in release.recipients:
        became = release.became(recipient)
        other = " (not of its envelope)" if recipient in release.others else ""
        reply = release.replies.get(recipient)
        said = "no outcome was recorded" if reply is None else reply.reply
        report.append(f"  {visible(recipient)}{other}: ", "not bold")
        report.append(_word(became), _STYLES[became])
        report.append(f": {visible(said)}\n", "not bold")
    return report


def _word(became: ReleaseState) -> str:
    match became:
        case ReleaseState.RELEASED:
            return "released"
        case ReleaseState.REFUSED:
            return "refused"
        case ReleaseState.FAILED:
            return "not sent"
        case ReleaseState.UNKNOWN:
            return "outcome unknown"
        case _:
            assert_never(became)


def _ended(report: Text) -> Text:
    """A report without the last line end: whoever prints it adds one."""
    report.right_crop(1)
    return report


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: max(1, width - 1)] + "…"
