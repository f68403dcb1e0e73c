"""The page: from a GET request to an answer, without a socket.

`MailPage` is given to the HTTP face, which calls it from several threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from mmctl.patterns import Pattern
from mmctl.records import dataclass
from mmctl.render.html.mail_page import first_message, mail_page, script, style_sheet
from mmctl.render.html.mail_view import mail_view
from mmctl.render.html.passed_over import PassedOver
from mmctl.serve.page import answers
from mmctl.serve.page.arrivals import Arrivals
from mmctl.serve.page.bodies import attachment, html_of
from mmctl.serve.page.entry import PageEntry
from mmctl.serve.page.judging import submission_of
from mmctl.serve.page.rows import AS_LIVE
from mmctl.serve.page.seeking import Sought
from mmctl.serve.page.sending import places, sending
from mmctl.serve.page.stored import MESSAGE_ID, StoredMail
from mmctl.serve.page.views import ViewMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mmctl.emulator.routes import Request
    from mmctl.emulator.wire import HttpAnswer
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.serve.page.rule_names import RulesOnPage

    Query = Mapping[str, Sequence[str]]

MOST_AT_ONCE: Final = 200
"""Rows that one answer has."""
LOOK_EVERY: Final = 0.2
"""Seconds between two looks at the files while a page waits for something new."""
LOOKS: Final = 60
"""Looks until a waiting page is answered in any case."""
_ID: Final = MESSAGE_ID.pattern
_KEY: Final = rf"({_ID}|refused-[0-9]{{1,15}})"
_VIEW: Final = Pattern(rf"/view/{_KEY}")
_HTML: Final = Pattern(rf"/message/({_ID})/html")
_SOURCE: Final = Pattern(rf"/message/({_ID})/source")
_PART: Final = Pattern(rf"/message/({_ID})/part/([0-9]{{1,6}}(?:\.[0-9]{{1,6}}){{0,50}})")
_NUMBER: Final = Pattern("-?[0-9]{1,12}")
ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="1" y="3" width="14"'
    ' height="10" rx="2" fill="#2457c5"/><path d="M2 5l6 4 6-4" stroke="#fff" stroke-width="1.5"'
    ' fill="none"/></svg>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSubmission:
    """One accepted message: what was known of it, its bytes, and its ingress point."""

    submission: Submission
    content: bytes
    point: str


class MailPage:
    """The page of one data folder.

    `gateway_of` makes the gateway of a written configuration; `wait` waits for seconds and says
    whether the server stops; `names` are those of its rules; `with_play`: the page of `play` is
    beside it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        token: str,
        gateway_of: Callable[[Mapping[str, object]], Gateway],
        wait: Callable[[float], bool],
        names: RulesOnPage = AS_LIVE,
        with_play: bool = False,
    ) -> None:
        self._entry = PageEntry(token=token)
        self._with_play = with_play
        self._arrivals = Arrivals(folder, names=names)
        self._stored = StoredMail(folder)
        self._view = ViewMaker(self._stored, gateway_of, names)
        self._wait = wait

    def __call__(self, request: Request) -> HttpAnswer:
        """Answer one request."""
        path, _, words = request.path.partition("?")
        try:
            query = parse_qs(words, keep_blank_values=True, max_num_fields=200)
        except ValueError:
            return answers.plain(400, "this is not a query")
        refusal = self._entry.refusal(request, query)
        if refusal is not None:
            return refusal
        try:
            return self._answer(path, query)
        except (ValueError, LookupError, TypeError, OSError, RecursionError) as error:
            # Files that something else has damaged: say so, and go on with the others.
            return answers.plain(500, f"this cannot be shown: {error}")

    def mail(self, key: str) -> StoredSubmission | None:
        """A message with what was known of it when it was accepted; None: there is none.

        Raises:
            ValueError: what is stored is damaged.
            KeyError: the same.
        """
        self._arrivals.look()
        row = self._arrivals.row(key)
        content = None if row is None else self._stored.message(key)
        if row is None or content is None:
            return None
        accepted = self._stored.accepted(row)
        return StoredSubmission(
            submission=submission_of(accepted, content), content=content, point=row.point
        )

    def _answer(self, path: str, query: Query) -> HttpAnswer:
        match path:
            case "/":
                ports = self._stored.ports()
                return answers.page(
                    mail_page(
                        sending=sending(ports), places=places(ports), with_play=self._with_play
                    )
                )
            case "/style.css":
                return answers.answered(200, "text/css; charset=utf-8", style_sheet().encode())
            case "/script.js":
                return answers.answered(200, "text/javascript; charset=utf-8", script().encode())
            case "/icon.svg":
                return answers.answered(200, "image/svg+xml", ICON.encode())
            case "/list":
                return self._list(query)
            case "/changes":
                return self._changes(_number(query, "since", -1))
            case _:
                return self._of_message(path, query) or answers.plain(404, "no such page")

    def _list(self, query: Query) -> HttpAnswer:
        self._arrivals.look()
        found = self._arrivals.find(
            Sought.of(query),
            offset=_number(query, "offset", 0),
            limit=max(1, min(MOST_AT_ONCE, _number(query, "limit", MOST_AT_ONCE))),
        )
        return answers.data(
            {
                "version": found.version,
                "total": found.total,
                "every": found.every,
                "newest": found.newest,
                "left_out": found.left_out,
                "unread": round(found.unread, 4),
                "counts": found.counts,
                "rows": [row.shown() for row in found.rows],
                "empty": "" if found.every else self._first(),
            }
        )

    def _first(self) -> str:
        ports = self._stored.ports()
        return first_message(sending(ports), places(ports))

    def _changes(self, since: int) -> HttpAnswer:
        """Answer when there is something new, or after a while."""
        for _ in range(LOOKS):
            version = self._arrivals.look()
            if version != since or self._wait(LOOK_EVERY):
                break
        found = self._arrivals.find(Sought(), offset=0, limit=0)
        return answers.data({"version": found.version, "newest": found.newest})

    def _of_message(self, path: str, query: Query) -> HttpAnswer | None:
        if (asked := _VIEW.fullmatch(path)) is not None:
            return self._shown(asked[1], _number(query, "stamp", -1))
        if (asked := _HTML.fullmatch(path)) is not None:
            content = self._stored.message(asked[1])
            html = None if content is None else html_of(content)
            return None if html is None else answers.page(html, answers.MAIL_POLICY)
        if (asked := _SOURCE.fullmatch(path)) is not None:
            content = self._stored.message(asked[1])
            return None if content is None else answers.download(f"{asked[1]}.eml", content)
        if (asked := _PART.fullmatch(path)) is not None:
            content = self._stored.message(asked[1])
            found = None if content is None else attachment(content, asked[2])
            return None if found is None else answers.download(*found)
        return None

    def _shown(self, key: str, stamp: int) -> HttpAnswer | None:
        self._arrivals.look()
        row = self._arrivals.row(key)
        if row is None:
            return None
        now = len(row.events)
        if now == stamp:
            return answers.answered(204, "text/plain", b"")
        passed_over = PassedOver()
        html = mail_view(self._view.of(row), passed_over, with_play=self._with_play)
        return answers.data({"stamp": now, "html": html, "passed_over": passed_over.document()})


def _number(query: Query, name: str, default: int) -> int:
    given = "".join(query.get(name, ())[:1])
    return int(given) if _NUMBER.fullmatch(given) else default
