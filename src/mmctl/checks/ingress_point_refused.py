"""An ingress point with settings that the service refuses together.

What it does:
    Compares the TLS policy with type, network and region (`optional`: open, and auth in a VPC;
    `fips`: only US and Canada; `required`: not for public auth and mTLS there).

Why it is bad:
    The service refuses to create the ingress point.

Bad:
    version: 1
    ingress_points:
      partners:
        type: auth
        traffic_policy: edge
        rule_set: inbound
        tls_policy: optional
        auth: {smtp_password_env: MMCTL_SMTP_PARTNERS}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    ingress_points:
      partners:
        type: auth
        traffic_policy: edge
        rule_set: inbound
        tls_policy: fips
        auth: {smtp_password_env: MMCTL_SMTP_PARTNERS}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.project_conditions import is_public
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.enums import IngressPointType, TlsPolicy
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalIngressPoint


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the settings that the service refuses together."""
    region = subject.project.environment.region
    for point in subject.project.ingress_points.values():
        fault = _tls_fault(point, region)
        if fault is not None:
            message, help_ = fault
            yield finding(point, ("TlsPolicy",), message, help=help_)


def _tls_fault(point: LogicalIngressPoint, region: str | None) -> tuple[str, str] | None:
    shape = point.ingress_point
    public_login = shape.type is not IngressPointType.OPEN and is_public(point)
    fips_region = region is not None and region.startswith(("us-", "ca-"))
    match shape.tls_policy:
        case TlsPolicy.OPTIONAL if shape.type is IngressPointType.MTLS or public_login:
            where = "a public " if is_public(point) else "an "
            return (
                f"`optional` is not possible for {where}{shape.type.lower()} ingress point",
                "write `required` or `fips`",
            )
        case TlsPolicy.FIPS if region is not None and not fips_region:
            return (
                f"`fips` exists only in the US and Canada, not in `{region}`",
                "write `required`",
            )
        case TlsPolicy.REQUIRED if public_login and fips_region:
            return (
                f"in `{region}` a public {shape.type.lower()} ingress point takes only `fips`",
                "write `fips`",
            )
        case TlsPolicy.OPTIONAL | TlsPolicy.FIPS | TlsPolicy.REQUIRED | None:
            return None
        case _:
            assert_never(shape.tls_policy)


CHECK = Check(id="ingress-point-refused", severity=Severity.ERROR, text=__doc__, run=run)
