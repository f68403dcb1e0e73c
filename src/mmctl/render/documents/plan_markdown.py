"""A plan as Markdown, for a pull request: what would change, and what argues against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.live.compare.wording import spaced
from mmctl.problem import Severity
from mmctl.render.documents.behavior import behavior_markdown
from mmctl.render.documents.cases_markdown import failed_table
from mmctl.render.documents.markdown import code, details, table, word
from mmctl.render.documents.review import COMPARE, NOT_COMPARED
from mmctl.render.text.counts import summary
from mmctl.render.text.ordinary import ordinary_lines
from mmctl.render.text.plan import (
    EMBEDDED_BANNER,
    MARKS,
    behaviour_line,
    detail,
    is_usual,
    told,
    totals,
)
from mmctl.render.text.promotion import promotion_lines, value_lines
from mmctl.render.text.trust import trust_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.analysis.questions.behavior import EveryMessage
    from mmctl.live.compare.edits import Edit
    from mmctl.live.plan.plan import Plan
    from mmctl.problem import Problem
    from mmctl.render.documents.review import Changed, Review

SHOWN: Final = 200
"""The most rows in a table: a comment has limited room."""
_EDITS: Final = ("", "Where", "What", "Change", "File")


def markdown(review: Review) -> str:
    """The plan; everything that comes from files, messages or the service is code."""
    return "\n\n".join(_parts(review)) + "\n"


def stopped(environment: str, why: str, problems: Sequence[Problem]) -> str:
    """The text in place of a plan when the files have errors."""
    parts = [f"### mmctl plan: {word(environment)}", f"**No plan: {why}**"]
    parts += [_problems(problems)] if problems else []
    return "\n\n".join(parts) + "\n"


def edits_markdown(title: str, edits: Iterable[Edit]) -> str:
    """Only edits, without the rest of a plan."""
    rows = [_row(edit) for edit in told(edits, verbose=False)]
    return f"### {title}\n\n" + (_limited(_EDITS, rows) if rows else "No difference.") + "\n"


def _parts(review: Review) -> Iterator[str]:
    plan = review.plan
    yield f"### mmctl plan: {word(plan.target.environment)}"
    if plan.target.identity.embedded:
        yield f"**{EMBEDDED_BANNER}**"
    first = [*trust_lines(plan.trust), *value_lines(plan)]
    if said := [f"> {code(text.strip())}\n>" for text in first]:
        yield "\n".join(["> [!WARNING]", *said])
    yield _headline(plan, compared=review.compared)
    if not review.compared:
        yield f"> {NOT_COMPARED}. What a branch changes: `{COMPARE}`"
    elif plan.edits:
        yield _limited(_EDITS, [_row(edit) for edit in told(plan.edits, verbose=False)])
    yield from _against(review)
    if found := [f"- {code(text.strip())}" for text in promotion_lines(plan.promotion)]:
        yield "\n".join(found)
    if notes := [f"- {code(note)}" for note in plan.notes]:
        yield "\n".join(notes)
    mail = [behaviour_line(plan.behaviour)] if plan.behaviour else []
    mail += ordinary_lines(plan.ordinary)
    if mail:
        yield "\n".join(f"- {code(each.strip())}" for each in mail)
    if review.messages:
        yield _messages(review.messages)
    yield from _every_message(plan.every_message)
    yield f"Digest {code(plan.digest_before[:12])} → {code(plan.digest_after[:12])}"


def _every_message(found: EveryMessage | None) -> Iterator[str]:
    """What the plan does to every message."""
    if found is not None and found.unknown is not None:
        yield f"> nothing is proved of every message: {code(found.unknown)}"
    elif found is not None and (text := behavior_markdown(found.gateways).strip()):
        yield text


def _headline(plan: Plan, *, compared: bool) -> str:
    identity = plan.target.identity
    usual = identity.embedded or is_usual(identity)
    where = f"{word(identity.account)}, {word(identity.region)}"
    at = "" if usual else f" at {code(identity.endpoint)}"
    what = totals(plan.summary) if compared else "not compared"
    return f"Account {where}{at}: **{what}**"


def _against(review: Review) -> Iterator[str]:
    """What argues against the plan: failed cases first."""
    plan = review.plan
    if review.failed:
        yield f"**{counted(len(review.failed), 'case fails', 'cases fail')}**"
        yield failed_table(review.failed)
    lines = [f"- **warning**: {code(warning)}" for warning in plan.warnings]
    lines += [
        f"- **{'error' if each.certain else 'warning'}**: {code(each.text)}"
        for each in review.findings
    ]
    if lines:
        yield "\n".join(lines)
    if review.problems:
        yield _problems(review.problems)


def _problems(problems: Sequence[Problem]) -> str:
    rows = [
        (code(str(each.position)), each.severity.value, code(each.message), code(each.check))
        for each in problems
    ]
    body = _limited(("Where", "Severity", "Problem", "Check"), rows)
    if any(each.severity is Severity.ERROR for each in problems):
        return f"lint: {summary(problems)}\n\n{body}"
    return details(f"lint: {summary(problems)}", body)


def _messages(messages: Sequence[Changed]) -> str:
    rows = [
        (code(each.message), code(", ".join(each.kinds)), code(", ".join(each.by)))
        for each in messages
    ]
    return details("messages that change", _limited(("Message", "Change", "By"), rows))


def _limited(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    more = len(rows) - SHOWN
    return table(head, rows[:SHOWN]) + (f"\n\n{more:,} more" if more > 0 else "")


def _row(edit: Edit) -> tuple[str, ...]:
    """An edit as a row: what is done, where, to what, how, and the place in the files."""
    mark, _style = MARKS[edit.kind]
    thing = f"{edit.resource.noun} {code(edit.object)}"
    how, place = spaced(detail(edit)), edit.place or ""
    return (code(mark), thing, code(edit.rule or ""), code(how), code(place))
