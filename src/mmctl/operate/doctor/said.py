"""What a look can say: sound, a finding, or not looked at; and looks that fail end nothing."""

from __future__ import annotations

import shlex
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.errors import MmctlError
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Symptom(StrEnum):
    """What people see; looks are sorted by it, in this order."""

    CONNECTION = "connection"
    RULE = "rule"
    VPC_ENDPOINT = "vpc-endpoint"
    GONE = "gone"
    DNS = "dns"
    QUOTAS = "quotas"

    @property
    def sentence(self) -> str:
        """The symptom as somebody tells it."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    Symptom.CONNECTION: "The SMTP connection fails",
    Symptom.RULE: "A rule does not take effect",
    Symptom.VPC_ENDPOINT: "A VPC endpoint does not take mail",
    Symptom.GONE: "Mail is accepted and gone",
    Symptom.DNS: "DNS does not lead here, or says the wrong thing",
    Symptom.QUOTAS: "A limit is near",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPart:
    """What was looked at and is as it should be."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFault:
    """A fault, and what corrects it."""

    text: str
    commands: tuple[str, ...]
    """Command lines that correct it, or show how; in their order."""
    why: str | None = None
    """What comes of it."""
    place: str | None = None
    """File and line, if it is in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLookedAt:
    """What was not looked at, and why."""

    what: str
    why: str
    failed: bool = True
    """Whether it was tried; else nobody asked for it, or it does not apply here."""
    permission: str | None = None
    """The IAM action that is missing."""
    help: str | None = None


Said: TypeAlias = SoundPart | FoundFault | NotLookedAt


class NotAsked(Exception):
    """A look needs what nobody gave: an option, or a service that is not there."""

    def __init__(self, why: str, help: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.help = help


def tried(what: str, ask: Callable[[], Iterable[Said]]) -> Iterator[Said]:
    """What a look says; one that fails for any reason says so, and ends nothing else."""
    try:
        yield from ask()
    except NotAsked as not_asked:
        yield NotLookedAt(what=what, why=not_asked.why, failed=False, help=not_asked.help)
    except MmctlError as error:
        permission = getattr(error, "action", None)
        yield NotLookedAt(what=what, why=error.message, permission=permission, help=error.help)
    except (ServiceAnswer, OutcomeUnknown) as error:
        yield NotLookedAt(what=what, why=str(error), help="try again later")
    except Exception as error:  # noqa: BLE001 - one look must not end the others
        kind = type(error).__name__
        yield NotLookedAt(
            what=what,
            why=f"the answer makes no sense: {kind}: {str(error)[:200]}",
            help="try again; if it stays so, report it as a fault of mmctl",
        )


def line_of(*words: str) -> str:
    """A command line for a shell."""
    return shlex.join(words)
