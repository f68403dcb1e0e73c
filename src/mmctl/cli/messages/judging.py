"""What happens to one message among many: how it is judged, counted and written out.

`Judging` says how, and goes to every process. `Judge` does it: it compiles the rules once, so each
process makes one and keeps it. A trace is made only of a message that somebody looks at.
"""

from __future__ import annotations

import json
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal, assert_never

from mmctl.judge.comparison import MessageEnd
from mmctl.judge.index.index import Index
from mmctl.judge.simulation import simulate, submission_from
from mmctl.judge.sizes import sizes_asked
from mmctl.judge.submitting import Submitting
from mmctl.judge.tally import Tally
from mmctl.judge.unnamed import unnamed
from mmctl.mail.partial import Needs
from mmctl.mail.reader import read_email
from mmctl.records import dataclass, field
from mmctl.render.documents.trace import message_document
from mmctl.render.text.message_lines import PlainLines, lines
from mmctl.visible import visible_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.judge.readings.matter import Dependence
    from mmctl.judge.simulation import Authenticate, Simulated
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.mail.facts import Stated
    from mmctl.mail.partial import Message

Form = Literal["block", "lines", "painted", "json", "page"]
"""How messages are written: as blocks or lines for people (`painted`: to be colored), as JSON, or
not at all, because a page shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How to judge and write out messages; the same in every process."""

    gateway: Gateway
    stated: Stated
    authenticate: Authenticate | None = None
    against: Gateway | None = None
    against_name: str | None = None
    form: Form = "block"
    many: bool = True
    """Whether it pays to compile the rules; a single message is only judged with a trace."""
    trace: bool = False
    verbose: bool = False
    unnamed: bool = False
    """Whether messages are shown without addresses and content."""
    live: Mapping[str, str] = field(default_factory=dict)
    """Where rules of a packed rule set are live, by their names."""
    seen: Callable[[Simulated, bytes], None] | None = None
    """Gets each message with its outcome; only in this process."""

    @property
    def needs(self) -> Needs:
        """The parts of a message that are needed for this."""
        return Needs(
            body=self.authenticate is not None or self.seen is not None or self.unnamed,
            sizes=frozenset[float]().union(*map(sizes_asked, self.gateways)),
        )

    @property
    def gateways(self) -> tuple[Gateway, ...]:
        """All that judge a message."""
        return (self.gateway,) if self.against is None else (self.gateway, self.against)

    def simulated(
        self, message: Message, dependences: tuple[Dependence, ...] | None = None
    ) -> Simulated:
        """What happens to a message, and why; without `dependences`, finds them too."""
        return simulate(
            self.gateway,
            message,
            self.stated,
            authenticate=self.authenticate,
            against=self.against,
            dependences=dependences,
        )


@dataclass(slots=True)
class JudgedBatch:
    """The result of a batch: what to write about each message, and the counts."""

    written: list[object] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


class Judge:
    """Judges messages one after the other."""

    def __init__(self, judging: Judging) -> None:
        """Nothing is compiled before the first message."""
        self._judging = judging
        self._lines = PlainLines()

    @cached_property
    def _submitting(self) -> Submitting:
        return Submitting(self._judging.stated, self._judging.gateways)

    @cached_property
    def _indexes(self) -> tuple[Index, Index | None]:
        """The rules of the gateway, compiled, and those that it is compared with."""
        judging, passing = self._judging, self._judging.stated.assume_pass
        other = (
            None
            if judging.against is None
            else Index(gateway=judging.against, assume_pass=passing, readings=False)
        )
        return Index(gateway=judging.gateway, assume_pass=passing), other

    def __reduce__(self) -> tuple[type[Judge], tuple[Judging]]:
        """Another process compiles the rules itself."""
        return Judge, (self._judging,)

    def compile(self) -> None:
        """Compile the rules now, so that forked processes have them."""
        if self._judging.many:
            _ = self._indexes, self._submitting

    def add(self, message: Message, judged: JudgedBatch, *, shown: bool = True) -> None:
        """Judge one message of a batch."""
        ending = self.ending(message, judged.tally) if self._judging.many else None
        simulated = None
        if ending is None or (shown and self._is_looked_at(ending)):
            dependences = None if ending is None else ending.judged.dependences
            simulated = self._judging.simulated(message, dependences)
            ending = ending or simulated.ending
            if self._judging.seen is not None:
                self._judging.seen(simulated, message.content)
        judged.tally.add(ending)
        if shown:
            judged.written += self._written(ending, simulated, message)

    def ending(self, message: Message, tally: Tally) -> MessageEnd:
        """How a message ends, by the index; what that leaves to the evaluator is counted."""
        index, other = self._indexes
        left, left_by_other = index.evaluated, 0 if other is None else other.evaluated
        submission = self._submission(message)
        judged = index.judge(submission)
        against = None if other is None else other.judge(submission)
        asked = index if index.evaluated > left else None
        if other is not None and asked is None and other.evaluated > left_by_other:
            asked = other
        if asked is not None:
            tally.evaluated += 1
            if asked.asked is not None:
                tally.asked[asked.asked] += 1
        return MessageEnd(message=message.name, judged=judged, against=against)

    def _submission(self, message: Message) -> Submission:
        authenticate = self._judging.authenticate
        if authenticate is None:
            return self._submitting.read(message)
        email = read_email(message.content, unread=message.unread)
        checked = partial(authenticate, message.content, email)
        return submission_from(email, self._judging.stated, checked)[0]

    def _is_looked_at(self, ending: MessageEnd) -> bool:
        """Whether somebody sees why a message ends as it does."""
        judging = self._judging
        if judging.seen is not None:
            return True
        match judging.form:
            case "lines" | "painted":
                return False
            case "block" | "json":
                return True
            case "page":
                only_differing = judging.against is not None and not judging.verbose
                return bool(ending.differences) or not only_differing
            case never:
                assert_never(never)

    def _written(
        self, ending: MessageEnd, simulated: Simulated | None, message: Message
    ) -> Iterator[object]:
        """One message as it is written out: text, lines, or what a page needs."""
        judging = self._judging
        if judging.form == "lines":
            yield self._lines.of(ending, other=judging.against is not None)
        elif judging.form == "painted":
            yield from lines(ending, other=judging.against is not None)
        elif simulated is not None:
            yield self._told(unnamed(simulated, message.content) if judging.unnamed else simulated)

    def _told(self, simulated: Simulated) -> object:
        """A message with its trace."""
        judging = self._judging
        match judging.form:
            case "json":
                document = message_document(simulated)
                text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
                return visible_json(text)
            case "block":
                from mmctl.render.text.messages import block

                return block(
                    simulated,
                    trace=judging.trace,
                    verbose=judging.verbose,
                    other=judging.against_name,
                    live=judging.live,
                )
            case _:
                return simulated
