"""An archive action whose target is an ARN, or longer than the service takes.

What it does:
    Finds `archive: {to: …}` with an ARN, or with more than 66 characters.

Why it is bad:
    The API's own model takes up to 2,048 characters there, so nothing complains until the call:
    the service takes the id of the archive (`a-…`) and nothing longer than 66 characters.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions:
              - archive:
                  to: arn:aws:ses:us-east-1:111122223333:mailmanager-archive/a-0123456789abcdef

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions:
              - archive: {to: "id:a-0123456789abcdef"}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 66
"""The longest target that the service accepts, in characters (observed; the model says 2,048)."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the archive targets that the service does not accept."""
    for _, rule in rules(subject.project):
        for index, action in enumerate(rule.actions):
            if action.archive is None:
                continue
            target = action.archive.target_archive
            path = ("Actions", index, "Archive", "TargetArchive")
            if target.startswith("arn:"):
                help_ = f"write the archive's name, or `id:{target.rpartition('/')[2]}`"
                yield finding(
                    rule, path, f"expected an archive, got the ARN `{target}`", help=help_
                )
            elif len(target.removeprefix("id:")) > LONGEST:
                yield finding(
                    rule,
                    path,
                    f"expected at most {LONGEST} characters, got {len(target)}",
                    help="write the archive's name, or `id:a-…`",
                )


CHECK = Check(id="archive-by-arn", severity=Severity.ERROR, text=__doc__, run=run)
