"""What import and export work on: one object of a configuration, desired or live.

A protocol, so that the values of other rooms fit unchanged. Nothing here converts anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.model.kinds import Kind, LiveShape


class ApiObject(Protocol):
    """One object: its AWS shape, its logical name, and what the API keeps behind separate calls."""

    @property
    def kind(self) -> Kind:
        """Its kind."""

    @property
    def name(self) -> str:
        """Its logical name."""

    @property
    def shape(self) -> LiveShape:
        """AWS's shape; references are logical names, `id:…` or ARNs."""

    @property
    def live_name(self) -> str:
        """The name the service knows it by; for an add-on, its product."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags, without those of mmctl and of AWS."""

    @property
    def members(self) -> tuple[str, ...] | None:
        """The addresses of an address list; None: they come from elsewhere."""

    @property
    def closed(self) -> bool:
        """Whether an ingress point takes no mail now."""

    @property
    def instance(self) -> bool:
        """Whether an add-on has an instance that conditions can name."""

    @property
    def smtp_password_env(self) -> str | None:
        """The environment variable that holds the SMTP password of an ingress point."""

    @property
    def logging(self) -> Mapping[str, str]:
        """ARNs of log destinations, by log type."""

    @property
    def id(self) -> str | None:
        """The service's id of a live object."""

    @property
    def unknown(self) -> Sequence[UnknownPart]:
        """What the service holds for it, but this version does not know."""


class UnknownPart(Protocol):
    """One member that this version does not know."""

    @property
    def text(self) -> str:
        """Its path and value."""

    @property
    def replaced(self) -> bool:
        """Whether the shape has something else in its place."""
