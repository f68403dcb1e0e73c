"""Whether an environment still leads to the place in the base: endpoint, account, role, store.

Whoever changes these in a file chooses where secrets and mail addresses go, and what is read.
The base is what was reviewed or applied before; `cli/changes/trusted_base.py` finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.records import asdict, dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.project import Environment, Project, Settings

_PROJECT: Final = "project"
_PROTECTED: Final = "protected"
_SHOWN: Final = (
    _PROTECTED,
    "account",
    "region",
    "endpoint",
    "profile",
    "role_arn",
    "snapshots",
    _PROJECT,
)
"""In this order; the project's name is part of the store's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One member that differs from the base."""

    member: str
    before: str | None
    """None: not written there."""
    after: str | None

    @property
    def text(self) -> str:
        """The change in a line: `endpoint: not set → …`."""
        return f"{self.member}: {self.before or 'not set'} → {self.after or 'not set'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the comparison with the base found."""

    base: str | None = None
    """The base of the comparison, as people call it; None: there was none."""
    shifts: tuple[Shift, ...] = ()
    base_taken: bool = False
    """Whether the values of the base count instead of those of the files."""
    held: str | None = None
    """Why a protected environment may not be applied to: there is nothing to compare it with."""
    fetch: str | None = None
    """The command that makes the base readable."""
    unreadable: bool = False
    """Whether there is a base that cannot be read: then what is protected there is unknown."""
    loosened: tuple[str, ...] = ()
    """What the files demand less of rules than the base, whose demands were judged."""

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say."""
        return not self.shifts and self.held is None and not self.loosened


def trust_document(trust: Trust) -> dict[str, Any]:
    """The comparison as JSON."""
    document = {
        "base": trust.base,
        "changes": [asdict(shift) for shift in trust.shifts],
        "base_taken": trust.base_taken,
        "held": trust.held,
        "fetch": trust.fetch,
        "unreadable": trust.unreadable,
    }
    return document | {"loosened": list(trust.loosened)} if trust.loosened else document


def trust_of(document: Mapping[str, Any]) -> Trust:
    """The comparison of a document that `trust_document` wrote."""
    shifts = tuple(Shift(**shift) for shift in document["changes"])
    rest = {
        member: document[member] for member in ("base", "base_taken", "held", "fetch", "unreadable")
    }
    return Trust(shifts=shifts, loosened=tuple(document.get("loosened", ())), **rest)


def edges_of(settings: Settings, environment: Environment) -> dict[str, str]:
    """Where an environment leads, as written; what is not written is left out."""
    written = {
        "account": environment.account,
        "region": environment.region,
        "endpoint": environment.endpoint,
        "profile": environment.profile,
        "role_arn": environment.role_arn,
        "snapshots": environment.snapshots or settings.snapshots,
        _PROJECT: settings.project,
        _PROTECTED: "true" if environment.protected else None,
    }
    return {member: value for member, value in written.items() if value is not None}


def with_edges(project: Project, edges: Mapping[str, str]) -> Project:
    """The project with an environment that leads to `edges`; what is protected stays protected."""
    settings = replace(project.settings, project=edges.get(_PROJECT, project.settings.project))
    environment = replace(
        project.environment,
        account=edges.get("account"),
        region=edges.get("region"),
        endpoint=edges.get("endpoint"),
        profile=edges.get("profile"),
        role_arn=edges.get("role_arn"),
        snapshots=edges.get("snapshots"),
    )
    return replace(project, settings=settings, environment=environment)


def shifts_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Shift, ...]:
    """What differs, in a fixed order."""
    return tuple(
        Shift(member=member, before=before.get(member), after=after.get(member))
        for member in _SHOWN
        if before.get(member) != after.get(member)
    )


def says_protected(edges: Mapping[str, str]) -> bool:
    """Whether an environment was protected when its edges were noted."""
    return _PROTECTED in edges


def guards(base: Settings, environment: Environment) -> bool:
    """Whether an environment is protected in the base, by its name or by where it leads."""
    return any(
        each.name == environment.name
        or (each.account is not None and _target(each) == _target(environment))
        for each in base.environments.values()
        if each.protected
    )


def _target(environment: Environment) -> tuple[str | None, str | None]:
    return environment.account, environment.region


def weigh(
    base: str, before: Mapping[str, str], after: Mapping[str, str], *, protected: bool, forced: bool
) -> Trust:
    """Compare with the base; a protected environment keeps the base's values unless forced."""
    shifts = shifts_between(before, after)
    return Trust(base=base, shifts=shifts, base_taken=bool(shifts) and protected and not forced)
