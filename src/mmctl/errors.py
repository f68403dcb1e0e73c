"""The exceptions of mmctl: each one ends a command, with a sentence for its user.

Mistakes in files are not exceptions but problems (`mmctl.problem`): they are collected and
reported all at once. An exception means that the command cannot go on.

    MmctlError
    ├── UsageError              an input that cannot be read, an option that makes no sense (64)
    ├── ProblemsFound           the project has errors; carries them (1)
    ├── Refused                 a brake, a pin, a stale plan; nothing was written (3)
    ├── CouldNot                credentials, network, service; nothing was written (5)
    └── StoppedPartWay          an apply that wrote something and then stopped (6)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.problem import Problem


class MmctlError(Exception):
    """A command cannot go on; `message` says what in one line, `help` what to do instead.

    `details` are further lines: what is live, what differs.
    """

    exit_code: ClassVar[int] = 5

    def __init__(
        self, message: str, *, help: str | None = None, details: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.details = details


class UsageError(MmctlError):
    """An option or an input file is not usable."""

    exit_code = 64


class ProblemsFound(MmctlError):
    """The project has errors, so the request was not carried out."""

    exit_code = 1

    def __init__(
        self,
        message: str,
        problems: tuple[Problem, ...] = (),
        files: Mapping[str, str] | None = None,
        *,
        help: str | None = None,
    ) -> None:
        super().__init__(message, help=help)
        self.problems = problems
        self.files = files or {}
        """The texts that contain the problems, by path."""


class Refused(MmctlError):
    """Refused on purpose: what, with numbers; `why`; and `help` names the flag that goes on."""

    exit_code = 3

    def __init__(self, message: str, *, why: str, help: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message, help=help, details=details)
        self.why = why


class CouldNot(MmctlError):
    """Credentials, the network or the service failed; nothing was written."""

    exit_code = 5


class StoppedPartWay(MmctlError):
    """An apply wrote something and stopped; `help` names the command that finishes or undoes it."""

    exit_code = 6
