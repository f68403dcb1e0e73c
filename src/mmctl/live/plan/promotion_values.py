"""What a plan says about promotion: the evidence that it rests on, and values that changed.

Values and their documents. `live/history/promoting.py` finds them; the brake `evidence` and those
who show a plan read them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mmctl.records import asdict, dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A variable or binding whose value is another one than at the last apply."""

    name: str
    """`vars.exchange`, `bindings.archives.legacy`."""
    before: str | None
    """None: it had none."""
    after: str | None

    @property
    def text(self) -> str:
        """The change in a line; of a list, what came and what went."""
        before, after = _items(self.before), _items(self.after)
        if before is None or after is None:
            return f"{self.name}: {self.before or 'not set'} → {self.after or 'not set'}"
        came = [f'+ "{item}"' for item in after if item not in before]
        gone = [f'- "{item}"' for item in before if item not in after]
        return f"{self.name}: {' '.join([*came, *gone]) or 'in another order'}"


def value_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[ValueChange, ...]:
    """What differs, by name."""
    return tuple(
        ValueChange(name=name, before=before.get(name), after=after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _items(text: str | None) -> list[str] | None:
    """The texts of a list that is written as JSON; None: it is something else."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    whole = isinstance(found, list) and all(isinstance(item, str) for item in found)
    return found if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedEvidence:
    """The evidence that a plan rests on."""

    name: str
    """Its name in the store of the other environment."""
    seal: str
    at: str
    who: str
    history: str
    """The apply there that it is about."""
    passed: int
    """How many cases passed, as stated or with the session's own facts."""
    as_stated: int
    own_facts: int
    not_sendable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Whether the rules of a plan were tried in the environment before, and how that is known."""

    environment: str
    """The environment before."""
    account: str | None
    """Where it is; None: it could not be asked."""
    region: str | None
    min_cases: int
    rules: str
    """The digest of the logical rules of the plan."""
    applied: bool = False
    """Whether the last apply here had these rules: then nothing new is promoted."""
    evidence: UsedEvidence | None = None
    missing: tuple[str, ...] = ()
    """Why there is no evidence, or not enough, in sentences."""
    untested: tuple[str, ...] = ()
    """Rules that the plan brings and that the environment before does not run."""

    @property
    def gate(self) -> dict[str, str]:
        """What the history notes of it, so that no file takes it away unseen."""
        found = {
            "environment": self.environment,
            "account": self.account,
            "region": self.region,
            "min_cases": str(self.min_cases),
        }
        return {member: value for member, value in found.items() if value is not None}

    @property
    def command(self) -> str:
        """The command that makes the evidence."""
        return f"mmctl send --env {self.environment} --expect --record-evidence"


def promotion_document(promotion: Promotion) -> dict[str, Any]:
    """It as JSON."""
    return asdict(promotion) | {
        "missing": list(promotion.missing),
        "untested": list(promotion.untested),
        "command": promotion.command,
    }


def promotion_of(document: Mapping[str, Any]) -> Promotion:
    """The value of a document that `promotion_document` wrote."""
    members = {member: value for member, value in document.items() if member != "command"}
    used = members["evidence"]
    return Promotion(
        **{
            **members,
            "evidence": None if used is None else UsedEvidence(**used),
            "missing": tuple(members["missing"]),
            "untested": tuple(members["untested"]),
        }
    )
