"""mmctl judging messages in this process, as `simulate` does with many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.judge.project import DELIVER
from mmctl.api import load
from mmctl.judge.index.index import Index
from mmctl.judge.submission import gateway_of_ingress_point
from mmctl.judge.submitting import Submitting
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mmctl.judge.submission import Gateway, Submission

_ADDRESSES: Final = ("from", "to", "cc")


def gateway(folder: Path) -> Gateway:
    """The gateway of a project that `project.write` wrote."""
    return gateway_of_ingress_point(load(folder), "inbound")


class Ours:
    """A gateway, compiled when the first message comes."""

    def __init__(self, gateway: Gateway) -> None:
        self.index = Index(gateway=gateway)
        self._submitting = Submitting(Stated(), [gateway])

    def parse(self, content: bytes) -> Submission:
        """A message with the envelope that its header records; no field is decoded."""
        return self._submitting.read(Message("", content))

    def decode(self, content: bytes) -> Submission:
        """A message whose texts are ready, as the baseline has them."""
        submission = self.parse(content)
        for name in _ADDRESSES:
            submission.email.addresses_by_header(name)
        submission.email.header_values("subject", decoded=True)
        return submission

    def judge(self, submissions: Iterable[Submission]) -> None:
        """Judge messages, and keep nothing."""
        for submission in submissions:
            self.index.judge(submission)

    def verdicts(self, content: bytes) -> list[list[str]]:
        """For each recipient the rules that match."""
        judged = self.index.judge(self.parse(content))
        return [
            [name for name in each.ended.rules if name != DELIVER] for each in judged.recipients
        ]
