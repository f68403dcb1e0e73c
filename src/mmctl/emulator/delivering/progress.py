"""What was done so far for one message: kept in its entry of the queue while something waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.emulator.delivering.letters import Letter
from mmctl.emulator.records.rule_sets import LoggedAction
from mmctl.judge.submission import LambdaAnswer
from mmctl.model.logs import ActionStatus
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(slots=True, kw_only=True)
class DoneSoFar:
    """What was done for one message."""

    done: set[str] = field(default_factory=set)
    """The keys of the actions that are done, or have failed."""
    failing: dict[str, str] = field(default_factory=dict)
    """The labels of those that failed, `archive:a-1`, and why."""
    answers: dict[str, LambdaAnswer] = field(default_factory=dict)
    """What functions answered, by ARN."""
    letters: dict[str, Letter] = field(default_factory=dict)
    """What is still to be handed on."""
    records: list[LoggedAction] = field(default_factory=list)
    """What the service's own log will say of the actions so far."""
    walked: bool = False
    """Whether all actions are done, so that only letters are left."""
    tries: int = 0
    """How often the action that waits was tried."""
    since: str = ""
    """When it was tried first."""
    next: str | None = None
    """When to go on; None: now."""

    def to_json(self) -> dict[str, Any]:
        """Its form in the queue."""
        return {
            "done": sorted(self.done.copy()),
            "failing": self.failing.copy(),
            "answers": {name: answer.value for name, answer in self.answers.items()},
            "letters": [letter.to_json() for letter in self.letters.values()],
            "records": [list(each[:5]) for each in self.records],
            "walked": self.walked,
            "tries": self.tries,
            "since": self.since,
            "next": self.next,
        }

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> DoneSoFar:
        """Read its form in the queue.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        letters = [Letter.of_json(each) for each in members["letters"]]
        return cls(
            done=set(map(str, members["done"])),
            failing={str(label): str(why) for label, why in dict(members["failing"]).items()},
            answers={str(name): LambdaAnswer(each) for name, each in members["answers"].items()},
            letters={letter.key: letter for letter in letters},
            records=[_record(*each) for each in members.get("records", ())],
            walked=bool(members["walked"]),
            tries=int(members["tries"]),
            since=str(members["since"]),
            next=members["next"],
        )


def _record(
    rule: int, action: int, recipients: Sequence[str], status: str, failure: str | None
) -> LoggedAction:
    return LoggedAction(
        int(rule), int(action), tuple(map(str, recipients)), ActionStatus(status), failure
    )
