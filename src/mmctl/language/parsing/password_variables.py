"""Which environment variables a file may name for an SMTP password.

A variable that a file names is sent to the service. Only a name that says what it is for is
accepted, so that no file can send a token of the machine it runs on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

PREFIX: Final = "MMCTL_SMTP_"


def is_for_passwords(name: str, others: Collection[str] = ()) -> bool:
    """Whether a variable may hold an SMTP password; whoever runs mmctl named the `others`."""
    return (name.startswith(PREFIX) and name != PREFIX) or name in others


def variable_for(ingress_point: str) -> str:
    """The variable for the SMTP password of an ingress point."""
    return PREFIX + re.sub(r"\W", "_", ingress_point, flags=re.ASCII).upper()


def not_for_passwords(name: str, ingress_point: str) -> tuple[str, str]:
    """Message and help for a variable that no file may name."""
    advice = (
        f"name the variable `{variable_for(ingress_point)}`, here and where it is set; "
        f"or run with --password-env {name}"
    )
    return f"`{name}` is not a name for an SMTP password: expected `{PREFIX}…`", advice
