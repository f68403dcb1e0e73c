"""Many messages: judged one after the other or by several processes, with the same result.

The process that judges a batch of messages also writes it out and counts it, and keeps nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from mmctl.judge.simulation import simulate
from mmctl.judge.sizes import sizes_asked
from mmctl.judge.tally import Tally
from mmctl.judge.unnamed import unnamed
from mmctl.mail.partial import Needs
from mmctl.render.documents.trace import message_document
from mmctl.render.text.messages import block, lines
from mmctl.visible import visible_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.judge.simulation import Authenticate, Simulated
    from mmctl.judge.submission import Gateway
    from mmctl.mail.facts import Stated
    from mmctl.mail.partial import Message

BATCH: Final = 64
"""The most messages in one batch."""
BATCH_BYTES: Final = 4 * 1024 * 1024
"""A batch is full when its messages reach this size."""

Batch: TypeAlias = "list[Message]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How to judge and write out messages; the same in every process."""

    gateway: Gateway
    stated: Stated
    authenticate: Authenticate | None = None
    against: Gateway | None = None
    against_name: str | None = None
    form: Literal["block", "lines", "json", "page"] = "block"
    trace: bool = False
    verbose: bool = False
    unnamed: bool = False
    """Whether messages are shown without addresses and content."""
    seen: Callable[[Simulated, bytes], None] | None = None
    """Gets each message with its outcome; only in this process."""

    @property
    def needs(self) -> Needs:
        """The parts of a message that are needed for this."""
        gateways = [self.gateway] if self.against is None else [self.gateway, self.against]
        return Needs(
            body=self.authenticate is not None or self.seen is not None or self.unnamed,
            sizes=frozenset[float]().union(*map(sizes_asked, gateways)),
        )

    def simulated(self, message: Message) -> Simulated:
        """What happens to one message."""
        return simulate(
            self.gateway,
            message,
            self.stated,
            authenticate=self.authenticate,
            against=self.against,
        )

    def written(self, simulated: Simulated) -> object:
        """One message as it is written out: Text, a JSON document, or what a page needs."""
        match self.form:
            case "json":
                document = message_document(simulated)
                text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
                return visible_json(text)
            case "page":
                return simulated
            case "lines":
                return lines(simulated, other=self.against is not None, verbose=self.verbose)
            case "block":
                return block(
                    simulated, trace=self.trace, verbose=self.verbose, other=self.against_name
                )

    def batch(self, messages: Iterable[Message]) -> JudgedBatch:
        """Judge some messages."""
        judged = JudgedBatch()
        for message in messages:
            simulated = self.simulated(message)
            if self.seen is not None:
                self.seen(simulated, message.content)
            if self.unnamed:
                simulated = unnamed(simulated, message.content)
            judged.tally.add(simulated)
            judged.written.append(self.written(simulated))
        return judged


@dataclass(slots=True)
class JudgedBatch:
    """The result of a batch: what to write about each message, and the counts."""

    written: list[object] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def judged_batches(
    judging: Judging, messages: Iterable[Message], *, workers: int = 1
) -> Iterator[JudgedBatch]:
    """Judge messages in their order, in as many processes as requested.

    Raises:
        CouldNot: a process was killed over and over.
    """
    if workers > 1:
        from mmctl.cli.messages.pool import in_processes

        yield from in_processes(judging.batch, _batches(messages), workers, named=_names)
        return
    for message in messages:
        yield judging.batch([message])


def _batches(messages: Iterable[Message]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for message in messages:
        batch.append(message)
        size += len(message.content)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _names(batch: Batch) -> str:
    return f"`{batch[0].name}` to `{batch[-1].name}`"
