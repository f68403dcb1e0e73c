"""`mmctl archive show`: one archived message, and its way through the rules of the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmctl.cli.archiving.archives import open_archives
from mmctl.cli.result_table import ARCHIVED_MESSAGE, write
from mmctl.errors import CouldNot, UsageError
from mmctl.model.kinds import Kind, Noun
from mmctl.records import dataclass, replace
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from rich.text import Text

    from mmctl.cli.archiving.archives import OpenArchives
    from mmctl.cli.run import Run
    from mmctl.operate.archive.message import ArchivedMessage
    from mmctl.operate.archive.showing import ReadableMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """A message of an archive."""

    archives: OpenArchives
    message: ReadableMessage


def show(
    run: Run,
    id_: str,
    archive: str | None,
    endpoint_url: str | None,
    *,
    source: bool,
    save: Path | None,
) -> int:
    """Show one message, print its source, or save it."""
    from mmctl.operate.archive.message import fetch
    from mmctl.operate.archive.showing import readable

    if source and save is not None:
        raise UsageError("got both `--source` and `--save`", help="choose one")
    archives = open_archives(run, archive, endpoint_url, must=False)
    message = fetch(archives.service.archives, id_)
    if save is not None:
        return _save(run, message, save)
    if source:
        run.write(message.content.decode("utf-8", "replace").replace("\r\n", "\n"))
        return 0
    shown = _judged(archives, message, readable(message))
    write(run, ARCHIVED_MESSAGE, ShownMessage(archives=archives, message=shown))
    return 0


def _save(run: Run, message: ArchivedMessage, save: Path) -> int:
    path = run.directory / save
    if path.exists():
        raise UsageError(f"`{save}` exists already", help="name another file")
    try:
        write_whole(path, message.content, mode=0o600)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{save}`: {reason}") from None
    run.say(f"saved {len(message.content):,} bytes to {save}")
    return 0


def _judged(
    archives: OpenArchives, message: ArchivedMessage, shown: ReadableMessage
) -> ReadableMessage:
    """The message with its way through the rules that the files have now."""
    from mmctl.judge.submission import gateway_of_ingress_point, gateway_of_rule_set
    from mmctl.operate.archive.message import way_through

    project = archives.change.project
    point = _logical(archives, Noun.INGRESS_POINT, Kind.INGRESS_POINT, message.ingress_point_id)
    rule_set = _logical(archives, Noun.RULE_SET, Kind.RULE_SET, message.rule_set_id)
    try:
        if point in project.ingress_points:
            gateway, way = gateway_of_ingress_point(project, point), f"ingress point {point}"
        elif rule_set in project.rule_sets:
            gateway, way = gateway_of_rule_set(project, rule_set), f"rule set {rule_set}"
        else:
            return replace(shown, no_way="it came through nothing that the files have")
    except KeyError:
        return replace(shown, no_way="its rule set or traffic policy is not in the files")
    return replace(shown, way=way, trace=way_through(gateway, message))


def _logical(archives: OpenArchives, noun: Noun, kind: Kind, id_: str | None) -> str:
    """The logical name of something live; empty: the files do not have it, or it is gone."""
    if not id_:
        return ""
    try:
        found = archives.service.get(noun, id_)
    except CouldNot:
        return ""  # the archive tells an id that the service does not take
    live_name = "" if found is None else str(found.get(noun.api.name_member, ""))
    for each in archives.change.desired().of_kind(kind):
        if each.live_name == live_name:
            return each.name
    return ""


def human(_run: Run, shown: ShownMessage) -> Text:
    """The message, for people."""
    from mmctl.render.text.archive import message
    from mmctl.render.text.plan import framed

    return framed([message(shown.message)], shown.archives.service.identity)


def document(_run: Run, shown: ShownMessage) -> dict[str, Any]:
    """The message, as `mmctl/archive-message@1`."""
    from mmctl.render.documents.archive import message_document

    return message_document(shown.archives.place, shown.message)
