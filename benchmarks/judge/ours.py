"""mmctl judging messages in this process, as `simulate` does with many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.judge import project
from mmctl.api import load
from mmctl.judge.simulation import submission_from
from mmctl.judge.submission import gateway_of_ingress_point
from mmctl.mail.facts import Stated
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mmctl.judge.index.index import Index
    from mmctl.judge.submission import Gateway, Submission


def gateway(folder: Path) -> Gateway:
    """The gateway of a project that `project.write` wrote."""
    return gateway_of_ingress_point(load(folder), "inbound")


def submission(content: bytes) -> Submission:
    """A message with the envelope that its header records."""
    return submission_from(read_email(content), Stated())[0]


def judge_all(index: Index, submissions: Iterable[Submission]) -> None:
    """Judge messages, and keep nothing."""
    for each in submissions:
        index.judge(each)


def verdicts(index: Index, content: bytes) -> list[list[str]]:
    """For each recipient the rules that match."""
    judged = index.judge(submission(content))
    return [
        [name for name in each.ended.rules if name != project.DELIVER] for each in judged.recipients
    ]
