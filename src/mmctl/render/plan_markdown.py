"""A plan as Markdown, for a pull request: a heading, a table of edits, the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.wording import spaced
from mmctl.render.markdown import code, table, word
from mmctl.render.ordinary import ordinary_lines
from mmctl.render.plan import EMBEDDED_BANNER, MARKS, behaviour_line, detail, is_usual, told, totals
from mmctl.render.trust import trust_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.edits import Edit
    from mmctl.live.plan import Plan


def markdown(plan: Plan) -> str:
    """The plan; everything that comes from files or from the service is code."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    identity = plan.target.identity
    yield f"### mmctl plan: {word(plan.target.environment)}\n"
    if identity.embedded:
        yield f"**{EMBEDDED_BANNER}**\n"
    said = [f"> {code(text.strip())}\n>" for text in trust_lines(plan.trust)]
    if said:
        yield "\n".join(["> [!WARNING]", *said]) + "\n"
    usual = identity.embedded or is_usual(identity)
    where = f"{word(identity.account)}, {word(identity.region)}"
    at = "" if usual else f" at {code(identity.endpoint)}"
    yield f"Account {where}{at}: **{totals(plan.summary)}**\n"
    if plan.edits:
        rows = [row(edit) for edit in told(plan.edits, verbose=False)]
        yield table(("", "Where", "What", "Change", "File"), rows) + "\n"
    for warning in plan.warnings:
        yield f"- **warning**: {code(warning)}"
    for note in plan.notes:
        yield f"- {code(note)}"
    if plan.behaviour:
        yield f"- {code(behaviour_line(plan.behaviour))}"
    for each in ordinary_lines(plan.ordinary):
        yield f"- {code(each.strip())}"
    yield f"\nDigest {code(plan.digest_before[:12])} → {code(plan.digest_after[:12])}"


def row(edit: Edit) -> tuple[str, ...]:
    """An edit as a row: what is done, where, to what, how, and where it is written."""
    mark, _style = MARKS[edit.kind]
    thing = f"{edit.resource.noun} {code(edit.object)}"
    how, place = spaced(detail(edit)), edit.place or ""
    return (code(mark), thing, code(edit.rule or ""), code(how), code(place))
