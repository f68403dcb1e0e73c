"""An environment in a region where Mail Manager is not, or whose name no region has.

What it does:
    Compares the `region` of each environment with a table of November 2026. A region where Mail
    Manager is not, and a name that no region has, are errors. A region of which the table says
    nothing, such as `me-south-1` or the regions of other partitions, is a warning. It does not look
    at embedded environments, nor at those with an endpoint on this machine: the name changes
    nothing there. AWS may have come to a region since the table was made. Then say so in a comment
    above the region, and everything works: `# mmctl: ignore[region-without-mail-manager]
    opened in 2027`. For `mmctl init --region` name a region of the table, and change the file.

Why it is bad:
    No endpoint has the name, so that each command fails with an error of the DNS: after the rules
    were written and reviewed, and after the buckets, roles and networks around them were made.

Bad:
    version: 1
    project: example
    environments:
      prod: {account: "444455556666", region: cn-north-1}

Good:
    version: 1
    project: example
    environments:
      prod: {account: "444455556666", region: ap-southeast-1}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.language.text.regions import said_of
from mmctl.model.endpoints import is_mail_managers
from mmctl.problem import Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Environment


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the environments whose region does not have Mail Manager."""
    for environment in subject.project.settings.environments.values():
        region = environment.region
        said = said_of(region) if region is not None and _is_of_aws(environment) else None
        if said is not None:
            yield Finding(
                positions=Positions({(): environment.region_position or environment.position}),
                path=(),
                message=f"`{environment.name}`: {said.message}",
                help=f"{said.help}; where AWS has come since, say so in an ignore comment"
                if said.certain
                else said.help,
                severity=None if said.certain else Severity.WARNING,
            )


def _is_of_aws(environment: Environment) -> bool:
    """Whether its region decides where requests go."""
    at = environment.endpoint
    return at is None or is_mail_managers(at)


CHECK = Check(id="region-without-mail-manager", severity=Severity.ERROR, text=__doc__, run=run)
