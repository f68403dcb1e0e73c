"""`mmctl simulate MESSAGE...` as a page, HTML or Markdown, which holds not too many messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from mmctl.cases.counting import Judged as Counted
from mmctl.cases.counting import coverage_of_traces
from mmctl.cli.messages.wanted import advice_about
from mmctl.cli.options.stated_facts import entrance
from mmctl.render.html.messages_page import Judged, page_of_messages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.cli.messages.batches import Judged as Batch
    from mmctl.cli.messages.batches import Judging
    from mmctl.cli.messages.wanted import Wanted
    from mmctl.cli.run import Run
    from mmctl.judge.simulation import Simulated
    from mmctl.judge.tally import Tally
    from mmctl.language.project import Project

MOST: Final = 1_000
"""Messages that a page holds: more than anybody looks at, and it still opens at once."""


def write_page(
    run: Run,
    project: Project,
    wanted: Wanted,
    judging: Judging,
    batches: Iterable[Batch],
    tally: Tally,
    *,
    many: bool,
) -> None:
    """Judge the messages and write their page; of many that are compared, those that differ."""
    differing = many and judging.against is not None and not run.verbose
    shown: list[Simulated] = []
    for batch in batches:
        for each in cast("list[Simulated]", batch.written):
            if len(shown) < MOST and (each.differences or not differing):
                shown.append(each)
    if run.format == "markdown":
        from mmctl.render.documents.messages_markdown import messages_markdown

        run.write(messages_markdown(shown, tally, judging.against_name))
        return
    names = entrance(project, wanted.options.way)
    judged = Judged(
        project=project,
        rule_set=names.rule_set,
        rules=judging.gateway.rules,
        messages=shown,
        tally=tally,
        coverage=coverage_of_traces(
            project, (Counted(each.trace, names.rule_set, names.policy) for each in shown)
        ),
        other=judging.against_name,
        advice=advice_about(run, tally, wanted),
    )
    run.write(page_of_messages(judged))
