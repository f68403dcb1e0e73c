"""Which of the rules that a live rule holds a record means, as far as what is known decides it.

The rules of the files are asked by the evaluator, with the facts that are known and no others: an
answer may be unknown. A rule that certainly does not apply is not meant. What is left is what a
record may mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.lookup import Asking
from mmctl.judge.remembering import ask_rule
from mmctl.model.actions import Does
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.texts import Texts
    from mmctl.judge.trace import AddedHeader
    from mmctl.language.project import LogicalRule
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.packed import HeldRules


@dataclass(frozen=True, slots=True)
class MeantRules:
    """The rules of the files that a record of a live rule may mean."""

    rules: tuple[LogicalRule, ...]
    """In the order of the files."""
    decided: bool
    """Whether each of them applied; else at least one did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedMessage:
    """A message of a log that was stored, too."""

    logged: LoggedMessage
    """All that the log says of it."""
    submission: Submission
    """As it arrived."""


@dataclass(slots=True, kw_only=True)
class KnownMessage:
    """What is known of one message, to be asked about several rules and recipients."""

    gateway: Gateway
    submission: Submission
    texts: Texts
    added: tuple[AddedHeader, ...] = ()
    """Headers that earlier rules added."""

    def meant(self, held: HeldRules, recipient: str) -> MeantRules:
        """Which rules a record that a live rule matched a recipient may mean."""
        if not held.holds_several:
            return MeantRules(held.sources, decided=True)
        asking = Asking(
            gateway=self.gateway,
            submission=self.submission,
            texts=self.texts,
            recipient=recipient,
            added=self.added,
        )
        ends_there = self.gateway.readings.first_match == "yes"
        possible: list[LogicalRule] = []
        certain = 0
        for rule in held.sources:
            answer = ask_rule(rule, asking).answer
            if answer.is_false:
                continue
            possible.append(rule)
            if answer.is_true:
                certain += 1
                if ends_there or Does.ENDS in rule.does:
                    break  # no rule after it saw the mail
        if not possible:
            # The log knows better than the files: they may have changed since.
            return MeantRules(held.sources, decided=False)
        return MeantRules(tuple(possible), decided=len(possible) in {1, certain})


def together(found: Iterable[MeantRules]) -> MeantRules:
    """What a record means that is about several recipients."""
    rules: dict[str, LogicalRule] = {}
    decided = True
    for meant in found:
        decided = decided and meant.decided
        rules.update((rule.name, rule) for rule in meant.rules)
    return MeantRules(tuple(rules.values()), decided=decided)
