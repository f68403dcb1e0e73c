"""What apply and rollback get from outside: service, history, time, secrets, the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.history.passwords import Passwords
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mmctl.live.history.history import History
    from mmctl.live.history.passwords import Environ
    from mmctl.live.state.service import MailManager


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The only effects that an apply may have."""

    service: MailManager
    history: History
    now: Callable[[], datetime]
    """The time, in UTC."""
    sleep: Callable[[float], None]
    """Wait for a number of seconds."""
    random_bytes: Callable[[int], bytes]
    environ: Environ
    say: Callable[[str], None]
    """One line of progress."""
    who: str
    """The person, for lock and history."""
    host: str
    process: int
    space: str | None = None
    """Where the process id means the same."""
    poll_seconds: float = 5.0
    password_variables: frozenset[str] = frozenset()
    """Variables with other names that may hold SMTP passwords, as the command line says."""
    revision: Callable[[], str | None] = lambda: None
    """The revision of the files, asked for when something is applied."""
    edges: Mapping[str, str] = field(default_factory=dict)
    """Where the environment leads, for the history."""
    lag_seconds: float = 6.0
    """How long after an apply was cut off its last write may not be visible yet: which write went
    through is unknown, and so is which answer is old."""
    patience_seconds: float = 1800.0
    """How long an ingress point may take: the service needs one to five minutes."""

    @property
    def passwords(self) -> Passwords:
        """The SMTP passwords that this project has set or will set."""
        return Passwords(self.history.store, self.environ, self.password_variables)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What the person who applies has agreed to."""

    allow_delete: bool = False
    forced: tuple[str, ...] = ()
    adopt: bool = False
    adopt_from: tuple[str, ...] = ()
    """The tools that have let go of what is adopted: `cloudformation:STACK`."""
    break_lock: bool = False
