"""The quotas of Mail Manager, none of which can be raised. Nothing but numbers may live here.

From https://docs.aws.amazon.com/ses/latest/dg/quotas.html, read 2026-11.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mmctl.language.project import Kind
from mmctl.model.enums import IngressPointType

if TYPE_CHECKING:
    from collections.abc import Mapping

RESOURCES: Final[Mapping[Kind, int]] = MappingProxyType(
    {
        Kind.RULE_SET: 40,
        Kind.TRAFFIC_POLICY: 100,
        Kind.RELAY: 40,
        Kind.ADDRESS_LIST: 100,
        Kind.ARCHIVE: 10,
    }
)
"""Per account and region."""
INGRESS_POINTS: Final[Mapping[IngressPointType, int]] = MappingProxyType(
    {IngressPointType.OPEN: 10, IngressPointType.AUTH: 50, IngressPointType.MTLS: 10}
)
"""Per account and region, by type."""
STATEMENTS: Final = 20
"""Statements of a traffic policy."""
STATEMENT_CONDITIONS: Final = 10
"""Conditions of a statement."""
LIST_MEMBERS: Final = 100_000
"""Addresses of an address list."""
