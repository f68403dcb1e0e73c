"""What a command sent, and what became of it: values for those who show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.client.expecting import CaseEnd
from mmctl.client.sorting import CaseKind
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.client.became import Became
    from mmctl.client.endpoint import Endpoint
    from mmctl.client.expecting import CaseSent
    from mmctl.client.load import Load
    from mmctl.client.sending import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsoundEnd:
    """How a scenario ends for a recipient where a sound gateway would end it otherwise."""

    recipient: str
    outcome: str
    sound: str
    """What a sound gateway would do, in words."""
    because: str
    """Why it would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOne:
    """One message that was sent, and what became of it if that can be followed."""

    sent: Sent
    because: str | None = None
    """What a scenario is about."""
    became: Became | None = None
    unsound: tuple[UnsoundEnd, ...] = ()
    """The outcomes that a sound gateway would not have; only a scenario says what those are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAll:
    """All messages of a command, and where they went."""

    endpoint: Endpoint
    embedded: bool
    data: str | None
    """The data folder of the embedded server."""
    messages: tuple[SentOne, ...]
    shows_dialogue: bool
    waited: float
    """How many seconds outcomes were waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A load, and where it went."""

    endpoint: Endpoint
    embedded: bool
    concurrency: int
    load: Load


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesSent:
    """The cases of a project that were sent as real mail."""

    results: tuple[CaseSent, ...]
    embedded: bool
    waited: float
    """How many seconds logs were waited for."""
    shows_all: bool = False
    evidence: str | None = None
    """The name under which evidence was kept."""

    @property
    def counts(self) -> dict[str, int]:
        """How many cases could be sent how, and how those that were sent ended."""
        kinds = [each.sorted.kind for each in self.results]
        tried = [each for each in self.results if each.sorted.kind is not CaseKind.NOT_SENDABLE]
        ends = [each.result for each in tried]
        return {
            **{kind.value.replace(" ", "_"): kinds.count(kind) for kind in CaseKind},
            **{end.value.replace(" ", "_"): ends.count(end) for end in CaseEnd},
        }
