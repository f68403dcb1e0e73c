"""The page: from a request to an answer, without a socket.

`PlayPage` is given to the HTTP face, which calls it from several threads.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from mmctl.errors import MmctlError
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.render.html.passed_over import PassedOver
from mmctl.render.html.play_cases import cases_document
from mmctl.render.html.play_page import PlayFrame, play_page, script, style_sheet
from mmctl.render.html.play_problems import problems_document
from mmctl.render.html.play_view import way_view
from mmctl.serve.page import answers
from mmctl.serve.page.page import ICON
from mmctl.serve.play.asked import POINT, RULE_SET, asked_in
from mmctl.serve.play.case_rounds import CaseRounds
from mmctl.serve.play.edit_problems import EditProblems
from mmctl.serve.play.form import FIELDS, form_of
from mmctl.serve.play.newest import NewestEdits, Overtaken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from mmctl.emulator.routes import Request
    from mmctl.emulator.wire import HttpAnswer
    from mmctl.serve.page.entry import PageEntry
    from mmctl.serve.page.page import StoredSubmission
    from mmctl.serve.play.asked import PlayQuestion
    from mmctl.serve.play.bench import OnDisk
    from mmctl.serve.play.judged import Played, Player

    Query = Mapping[str, Sequence[str]]
    Save = Callable[[Played, PlayQuestion], Sequence[str]]
    """Writes a case in a new file; the paths that it wrote. Refuses with an `MmctlError`."""
    Mail = Callable[[str], StoredSubmission | None]
    """A message that was sent, by its id."""

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the files while a page waits for a change."""
LOOKS: Final = 40
"""Looks until a waiting page is answered in any case."""
LONGEST_SHOWN: Final = 256 * 1024
"""Bytes of a message that a field can show and edit."""


class PlayPage:
    """The page of one project.

    `today` is the day in UTC, for rules that expire; `wait` waits for seconds and says whether the
    server stops; `save` writes a case; `mail` has the messages of the page beside this one (None:
    the server has no other page).
    """

    def __init__(
        self,
        player: Player,
        *,
        entry: PageEntry,
        today: Callable[[], date],
        wait: Callable[[float], bool],
        save: Save,
        mail: Mail | None = None,
    ) -> None:
        self._player = player
        self._entry = entry
        self._wait = wait
        self._save = save
        self._mail = mail
        newest = NewestEdits(ends=lambda: wait(0))
        self._problems = EditProblems(player.bench, today, newest)
        self._cases = CaseRounds(player.bench, player.read_file, newest)

    def look(self) -> None:
        """Read the files, so that the first page has to wait for nothing.

        Raises:
            UsageError: there is no project.
        """
        self._player.bench.on_disk()

    def __call__(self, request: Request) -> HttpAnswer:
        """Answer one request."""
        path, _, words = request.path.partition("?")
        try:
            query = parse_qs(words, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            return answers.plain(400, "this is not a query")
        refusal = self._entry.refusal(request, query, asks=True)
        if refusal is not None:
            return refusal
        try:
            found = (
                self._shown(path, query)
                if request.method == "GET"
                else self._told(path, asked_in(request.body))
            )
        except MmctlError as error:
            return answers.plain(409, _said(error))
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            return answers.plain(400, f"this cannot be answered: {error}")
        except OSError as error:
            return answers.plain(409, f"a file cannot be read: {error.strerror or error}")
        return found or answers.plain(404, "no such page")

    def _shown(self, path: str, query: Query) -> HttpAnswer | None:
        match path:
            case "/" | "/play":
                return answers.page(play_page(self._frame()))
            case "/play/style.css":
                return answers.answered(200, "text/css; charset=utf-8", style_sheet().encode())
            case "/play/script.js":
                return answers.answered(200, "text/javascript; charset=utf-8", script().encode())
            case "/icon.svg":
                return answers.answered(200, "image/svg+xml", ICON.encode())
            case "/play/state":
                return answers.data(_state(self._player.bench.on_disk()))
            case "/play/changes":
                return self._changes("".join(query.get("since", ())[:1]))
            case "/play/case":
                return self._case("".join(query.get("name", ())[:1]))
            case "/play/mail":
                return self._sent("".join(query.get("key", ())[:1]))
            case _:
                return None

    def _told(self, path: str, asked: PlayQuestion) -> HttpAnswer | None:
        match path:
            case "/play/judge":
                return self._judged(self._player.play(asked), asked.tab)
            case "/play/cases":
                return self._cases_run(asked)
            case "/play/lint":
                return self._linted(asked)
            case "/play/diff":
                return answers.data({"diff": self._player.diff(asked.edits)})
            case "/play/save":
                written = self._save(self._player.play(asked), asked)
                return answers.data({"written": list(written)})
            case _:
                return None

    def _frame(self) -> PlayFrame:
        project = self._player.bench.on_disk().rules.project
        return PlayFrame(
            project="Play" if project is None else project.settings.project,
            environment="" if project is None else project.environment.name,
            fields=FIELDS,
            with_mail=self._mail is not None,
        )

    def _judged(self, played: Played, tab: str) -> HttpAnswer:
        passed_over = PassedOver()
        message = played.simulated
        return answers.data(
            {
                "html": None if message is None else way_view(message, passed_over),
                "passed_over": passed_over.document(),
                "ends": []
                if message is None
                else list(dict.fromkeys(got.outcome.value for got in message.trace.recipients)),
                "marks": played.marks,
                "said": played.said,
                **problems_document(self._problems.at_once(played.edited, tab)),
                "wrong": dict(played.wrong),
                "found": dict(played.found),
            }
        )

    def _cases_run(self, asked: PlayQuestion) -> HttpAnswer:
        try:
            found = self._cases.more(asked.edits, asked.tab, first=asked.case, again=asked.again)
        except Overtaken:
            return answers.data({"stopped": True})
        return answers.data(cases_document(found))

    def _linted(self, asked: PlayQuestion) -> HttpAnswer:
        try:
            return answers.data(problems_document(self._problems.whole(asked.edits, asked.tab)))
        except Overtaken:
            return answers.data({"stopped": True})

    def _changes(self, since: str) -> HttpAnswer:
        """Answer when a file has changed, or after a while."""
        for _ in range(LOOKS):
            version = self._player.bench.on_disk().version
            if str(version) != since or self._wait(LOOK_EVERY):
                break
        return answers.data({"version": version})

    def _case(self, name: str) -> HttpAnswer | None:
        case = self._player.case(name)
        if case is None:
            return None
        return answers.data(
            {
                "form": dict(case.form),
                "way": case.way,
                "name": case.name,
                "filled": case.filled,
                **_shown_message(case.content),
            }
        )

    def _sent(self, key: str) -> HttpAnswer | None:
        """A message that was sent, with what was known of it."""
        found = None if self._mail is None else self._mail(key)
        if found is None:
            return None
        return answers.data(
            {
                "form": form_of(found.submission),
                "way": f"{POINT}{found.point}",
                "name": f"{key[:12]}.eml",
                **_shown_message(found.content),
            }
        )


def _state(disk: OnDisk) -> dict[str, Any]:
    """What the page offers: files, cases, ways in."""
    project = disk.rules.project
    paths = sorted(disk.texts, key=lambda path: (path == PROJECT_FILE, path))
    usual = None if project is None else project.usual_ingress_point
    return {
        "version": disk.version,
        "files": [[path, disk.texts[path]] for path in paths],
        "cases": [[case.position.file, name] for name, case in disk.cases.items()],
        "ways": []
        if project is None
        else [
            *([f"{POINT}{name}", f"ingress point {name}"] for name in project.ingress_points),
            *([f"{RULE_SET}{name}", f"rule set {name} alone"] for name in project.rule_sets),
        ],
        "usual": "" if usual is None else f"{POINT}{usual}",
        "folders": [] if project is None else list(project.settings.cases),
    }


def _shown_message(content: bytes) -> dict[str, Any]:
    """A message for a field: as text if a field can hold it, else its beginning and its bytes."""
    start = content[:LONGEST_SHOWN]
    try:
        text = start.decode() if len(start) == len(content) and b"\0" not in start else None
    except UnicodeDecodeError:
        text = None
    if text is not None:
        return {"text": text, "base64": None}
    shown = start.decode("utf-8", "replace").replace("\0", "\ufffd")
    return {"text": shown, "base64": base64.b64encode(content).decode()}


def _said(error: MmctlError) -> str:
    why = getattr(error, "why", None)
    parts = (
        error.message,
        f"why: {why}" if why else "",
        f"help: {error.help}" if error.help else "",
    )
    return "\n".join(part for part in parts if part)
