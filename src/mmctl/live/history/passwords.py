"""SMTP passwords of ingress points: never kept, recognized by a salted digest.

The service never gives a password back, only its version: both are compared with what was set.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Final

from mmctl.errors import Refused, UsageError
from mmctl.language.parsing.password_variables import is_for_passwords, not_for_passwords
from mmctl.live.history.store import Damaged
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.history.store import Store

    Environ = Callable[[str], str | None]
    """The value of an environment variable."""

BOOK: Final = "passwords.json"
_SALT_BYTES: Final = 16
_COST: Final = {"n": 2**14, "r": 8, "p": 1}


class Passwords:
    """What is known about the passwords that this project has set."""

    def __init__(
        self, store: Store, environ: Environ, others: frozenset[str] = frozenset()
    ) -> None:
        """`others` are variables with other names that the command line allows to be sent."""
        self._store = store
        self._environ = environ
        self._others = others

    def check(self, desired: LiveConfiguration) -> None:
        """Refuse variables that no file may name.

        Raises:
            Refused: one of them would be sent to the service.
        """
        for thing in desired.of_kind(Kind.INGRESS_POINT):
            self._check(thing)

    def value(self, thing: LiveObject) -> str:
        """The password of an ingress point, from its environment variable.

        Raises:
            Refused: no file may name the variable.
            UsageError: the variable is not set.
        """
        self._check(thing)
        variable = thing.smtp_password_env or ""
        value = self._environ(variable)
        if not value:
            raise UsageError(
                f"ingress point {thing.name}: the environment variable `{variable}` is not set",
                help=f"set it to the SMTP password: export {variable}=…",
            )
        return value

    def changed(self, desired: LiveConfiguration, live: LiveConfiguration) -> frozenset[str]:
        """The live ingress points whose password differs from the one in the service.

        If nothing is known about one here, or its variable is not set, it counts as unchanged.
        """
        book = self._book()
        return frozenset(
            thing.name
            for thing in desired.of_kind(Kind.INGRESS_POINT)
            if thing.smtp_password_env
            and (found := live.find(thing.kind, thing.name)) is not None
            and self._differs(book.get(found.id or "", {}), thing, found)
        )

    def remember(self, id: str, value: str, version: str | None, salt: bytes) -> None:
        """Keep the salted digest of a password that was set, and the version it got."""
        known = {"salt": salt.hex(), "digest": _digest(value, salt), "version": version}
        self._store.put(BOOK, json.dumps({**self._book(), id: known}, sort_keys=True))

    def _check(self, thing: LiveObject) -> None:
        variable = thing.smtp_password_env
        if variable and not is_for_passwords(variable, self._others):
            message, advice = not_for_passwords(variable, thing.name)
            raise Refused(
                f"ingress point {thing.name}: {message}",
                why="its value would be sent to the service, whatever it is",
                help=advice,
            )

    def _differs(self, known: dict[str, str], thing: LiveObject, found: LiveObject) -> bool:
        variable = thing.smtp_password_env or ""
        value = self._environ(variable) if is_for_passwords(variable, self._others) else None
        if not known or not value:
            return False
        salt = bytes.fromhex(known["salt"])
        same = hmac.compare_digest(known["digest"], _digest(value, salt))
        return not same or known["version"] != found.password_version

    def _book(self) -> dict[str, dict[str, str]]:
        return book_of(self._store) or {}


def book_of(store: Store) -> dict[str, dict[str, str]] | None:
    """What is kept about passwords, by id of the ingress point; None: it is damaged."""
    try:
        text = store.get(BOOK)
        book = {} if text is None else json.loads(text)
        for known in book.values():
            bytes.fromhex(known["salt"])
            hmac.compare_digest(known["digest"], str(known["version"]))
    except (Damaged, AttributeError, KeyError, TypeError, ValueError):
        return None
    return dict(book)


def _digest(value: str, salt: bytes) -> str:
    return hashlib.scrypt(value.encode(), salt=salt, **_COST).hex()
