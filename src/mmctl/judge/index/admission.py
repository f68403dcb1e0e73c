"""Whom the traffic policy admits, from which of its statements apply and which may."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmctl.judge.policy import BY_DEFAULT, TOO_LARGE, statement_name
from mmctl.model.enums import AcceptAction
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway


class Admission(NamedTuple):
    """Whether a recipient is admitted."""

    known: bool
    refused_by: str | None = None
    """What refuses it, if that is known."""


_ADMITTED = Admission(known=True)
_UNKNOWN = Admission(known=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitting:
    """The statements of a policy as columns, which are the first."""

    denies: int
    allows: int
    by_default: bool
    names: tuple[str, ...]

    @classmethod
    def of(cls, gateway: Gateway) -> Admitting:
        """The policy of a gateway; without one, everybody is admitted."""
        policy = gateway.policy
        statements = () if policy is None else policy.policy_statements
        denies = sum(
            1 << column
            for column, statement in enumerate(statements)
            if statement.action is AcceptAction.DENY
        )
        return cls(
            denies=denies,
            allows=((1 << len(statements)) - 1) ^ denies,
            by_default=policy is None or policy.default_action is AcceptAction.ALLOW,
            names=tuple(
                statement_name(gateway.statement_names, place) for place in range(len(statements))
            ),
        )

    def admission(self, applying: int, maybe: int, *, too_large: bool) -> Admission:
        """What `ask_policy` says if these statements apply, and those may."""
        if denying := applying & self.denies:
            return self._refused(denying)
        may_deny = maybe & self.denies
        if not (self.by_default or (applying | maybe) & self.allows):
            return self._refused(may_deny) if may_deny else Admission(True, BY_DEFAULT)
        if too_large:
            return Admission(True, TOO_LARGE)
        allowed = self.by_default or applying & self.allows
        return _ADMITTED if allowed and not may_deny else _UNKNOWN

    def _refused(self, statements: int) -> Admission:
        """Refused by the first of some statements."""
        return Admission(True, self.names[(statements & -statements).bit_length() - 1])
