"""`mmctl simulate MESSAGE...` as an HTML or Markdown page with a limited number of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mmctl.cases.counting import JudgedBy as Counted
from mmctl.cases.counting import coverage_of_traces
from mmctl.cli.messages.messages import SHOWN_ON_PAGES
from mmctl.cli.messages.wanted import advice_about
from mmctl.judge.ingress import ingress_of

if TYPE_CHECKING:
    from mmctl.cli.messages.messages import Flow
    from mmctl.cli.run import Run
    from mmctl.judge.simulation import Simulated


def markdown(_run: Run, flow: Flow) -> str:
    """The messages as a comment for a pull request."""
    from mmctl.render.documents.messages_markdown import messages_markdown

    return messages_markdown(_shown(flow), flow.tally, flow.judging.against_name)


def page(run: Run, flow: Flow) -> str:
    """The messages with their way through the rules."""
    from mmctl.render.html.messages_page import JudgedMessages, page_of_messages

    shown = _shown(flow)
    project, judging = flow.project, flow.judging
    names = ingress_of(project, flow.wanted.options.way)
    judged = JudgedMessages(
        project=project,
        rule_set=names.rule_set,
        rules=judging.gateway.rules,
        messages=shown,
        tally=flow.tally,
        coverage=coverage_of_traces(
            project, (Counted(each.trace, names.rule_set, names.policy) for each in shown)
        ),
        other=judging.against_name,
        advice=advice_about(run, flow.tally, flow.wanted),
    )
    return page_of_messages(judged)


def _shown(flow: Flow) -> list[Simulated]:
    """The messages that a page holds; of many that are compared, those that differ."""
    for batch in flow.batches:
        room = SHOWN_ON_PAGES - len(flow.shown)
        flow.shown.extend(cast("list[Simulated]", batch.written[:room]))
    return flow.shown
