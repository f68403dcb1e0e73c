"""An SMTP password from a variable with another purpose.

What it does:
    Finds `smtp_password_env` with a name that does not begin with `MMCTL_SMTP_`. It does not report
    names given with `--password-env NAME`.

Why it is bad:
    The value of the variable is sent to the service. A change of a file could send a token of the
    server that runs the pipeline, such as `DEPLOY_TOKEN`. `plan` and `apply` refuse such a name.

Bad:
    version: 1
    ingress_points:
      partners:
        type: auth
        auth: {smtp_password_env: DEPLOY_TOKEN}
        traffic_policy: id:tp-0123456789abcdef
        rule_set: id:rs-0123456789abcdef

Good:
    version: 1
    ingress_points:
      partners:
        type: auth
        auth: {smtp_password_env: MMCTL_SMTP_PARTNERS}
        traffic_policy: id:tp-0123456789abcdef
        rule_set: id:rs-0123456789abcdef
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.parsing.password_variables import is_for_passwords, not_for_passwords
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield each ingress point whose password would come from a variable with another name."""
    for point in subject.project.ingress_points.values():
        name = point.smtp_password_env
        if name and not is_for_passwords(name, subject.project.password_variables):
            message, advice = not_for_passwords(name, point.name)
            yield finding(point, ("auth", "smtp_password_env"), message, help=advice)


CHECK = Check(id="foreign-password-variable", severity=Severity.ERROR, text=__doc__, run=run)
