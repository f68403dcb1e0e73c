"""Passwords of ingress points: compared with the digest that the state keeps, or with a secret."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.emulator.ingress import password_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mmctl.emulator.gateways import Served

_MOST_KEPT: Final = 256


class Login(NamedTuple):
    """Whether a client proved who it is."""

    accepted: bool
    note: str | None = None
    """What the person who started the server should know."""


class Logins:
    """Checks passwords; one that was right is right again without the work."""

    def __init__(self, secrets: Mapping[str, str], *, clock: Callable[[], datetime]) -> None:
        self._secrets, self._clock = secrets, clock
        self._salt = os.urandom(16)
        self._known: set[tuple[str, bytes]] = set()

    def check(self, served: Served, user: bytes, password: bytes) -> Login:
        """Check what a client says: the user name is the id of the ingress point."""
        try:
            text = password.decode()
        except UnicodeDecodeError:
            return Login(accepted=False)
        known = served.credentials
        if known.secret_arn is not None:
            return self._by_secret(served, user, password)
        right = any(
            version is not None
            and digest is not None
            and until > self._clock().timestamp()
            and self._matches(version, digest, text)
            for version, digest, until in (
                (known.password_version, known.password_digest, float("inf")),
                (known.previous_version, known.previous_digest, known.previous_until),
            )
        )
        return Login(accepted=right and hmac.compare_digest(user, served.id.encode()))

    def _by_secret(self, served: Served, user: bytes, password: bytes) -> Login:
        secret = self._secrets.get(served.name) or self._secrets.get(served.id)
        if secret is None:
            return Login(
                accepted=False,
                note=f"the password of ingress point `{served.name}` is in a secret: "
                f"give it with `--ingress-secret {served.name}=FILE`",
            )
        right = hmac.compare_digest(password, secret.encode())
        return Login(accepted=right and hmac.compare_digest(user, served.id.encode()))

    def _matches(self, version: str, digest: str, password: str) -> bool:
        # The state's digest takes 10 ms on purpose; many tests log in again and again.
        fast = hashlib.blake2b(password.encode(), key=self._salt, salt=b"").digest()
        key = (digest, fast)
        if key in self._known:
            return True
        if not hmac.compare_digest(password_digest(version, password), digest):
            return False
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known.add(key)
        return True
