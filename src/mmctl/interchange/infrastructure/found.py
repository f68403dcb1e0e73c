"""Mail Manager's resources as a template, a plan or a state has them: what each reader yields.

Members are those of the API. Names are logical: what a reference holds is the name of another
resource found, `id:…` or an ARN, as in a project. Nothing here knows a tool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.problem import Positions
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Needed, Unread
    from mmctl.model.kinds import Kind, LiveShape
    from mmctl.problem import Path, Position, Problem

Members = dict[str, Any]
UNKNOWN_VALUE: Final = "unknown-value"
"""The check of problems with values that the files do not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenValue:
    """A value that the files do not know: a parameter without default, what a deploy makes.

    The members have a stand-in in its place, which the service would accept.
    """

    position: Position
    stand_in: str | int
    """What the members have instead."""
    written: str
    """The value as a rule file has it: `arn:${env.partition}:iam::${env.account}:role/mail`,
    `${vars.alert_bucket}`."""
    why: str
    """Why it is unknown, without full stop."""
    variables: tuple[str, ...] = ()
    """The variables in it that somebody must fill in."""


@dataclass(slots=True, kw_only=True)
class FoundResource:
    """One resource of Mail Manager."""

    kind: Kind
    name: str
    """Its logical name, unique among those of its kind."""
    label: str
    """What the file calls it: `ThreatFeedAddressList`, `module.mail.aws_mailmanager_relay.mx[0]`.
    """
    members: Members = field(default_factory=dict)
    """What its Create operation takes, without tags, status, passwords and unknown members."""
    shape: LiveShape | None = None
    """The members as the shape of the API; None: the service would refuse them."""
    positions: Positions = field(default_factory=Positions)
    """Where each member is written, by its path in the API; `()` is the resource."""
    open: dict[Path, OpenValue] = field(default_factory=dict)
    """The values that the files do not know, by their path in the API."""
    tags: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    """Whether an ingress point takes no mail."""
    password: bool = False
    """Whether it has an SMTP password, which is not here."""
    logging: dict[str, str] = field(default_factory=dict)
    """ARNs of log destinations, by log type; as a rule file has them."""
    retained: bool = False
    """Whether the tool keeps it when it is taken out of the file."""
    id: str | None = None
    """The service's id, where the file has it."""

    @property
    def position(self) -> Position:
        """Where it is written."""
        return self.positions.at(())


@dataclass(slots=True, kw_only=True)
class FoundInfrastructure:
    """What the files of one tool have of Mail Manager."""

    form: str
    """The tool: `CloudFormation` or `Terraform`."""
    resources: list[FoundResource] = field(default_factory=list)
    """In the order of the files."""
    needed: dict[str, Needed] = field(default_factory=dict)
    """Variables for values that the files do not know."""
    unread: list[Unread] = field(default_factory=list)
    """What does not come along, each at its place."""
    refused: list[Problem] = field(default_factory=list)
    """What the service would refuse."""
    others: dict[str, int] = field(default_factory=dict)
    """How many resources of other types there are, by type."""
    notes: list[str] = field(default_factory=list)
    """What is worth knowing: the defaults of parameters that were taken."""
    parameters: tuple[str, ...] = ()
    """Parameters of templates and variables of `.tf` files: what can be given a value."""
    texts: dict[str, str] = field(default_factory=dict)
    """The text of each file to show beside a problem, with secrets masked."""
