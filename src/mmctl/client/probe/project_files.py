"""The files of the probe's project, filled in for an account."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mmctl.inputs import read_text
from mmctl.model.endpoints import partition_of
from mmctl.patterns import Pattern

_FOLDER: Final = Path(__file__).parent / "files"
_LONGEST: Final = 100_000
_COPY: Final = Pattern(r"#COPY ([a-z0-9/-]+)#")
_WRITE: Final = (
    '{{write_to_s3: {{bucket: "${{vars.bucket}}", role: "${{vars.role}}", prefix: {}}}}}'
)
STACK: Final = "mmctl-probe"


def bucket_of(account: str, region: str) -> str:
    """The name of the bucket: one in the world."""
    return f"mmctl-probe-{account}-{region}"


def project_files(
    environment: str, account: str, region: str, endpoint: str | None
) -> dict[str, str]:
    """The text of each file, by its path in the project."""
    bucket = bucket_of(account, region)
    where = [f'account: "{account}"', f"region: {region}"]
    if endpoint is not None:
        where.insert(0, f'endpoint: "{endpoint}"' if ":" in endpoint else f"endpoint: {endpoint}")
    values = {
        "#BUCKET#": bucket,
        "#ROLE#": f"arn:{partition_of(region).id}:iam::{account}:role/mmctl-probe",
        "#REGION#": region,
        "#ENVIRONMENT#": f"{environment}: {{{', '.join(where)}}}",
        "#NAME#": environment,
    }
    names = {
        "mmctl.yaml": "mmctl.yaml",
        "rules.yaml": "rules/probe.yaml",
        "bucket.yaml": "bucket.yaml",
    }
    return {path: _filled_in(name, values) for name, path in names.items()}


def _filled_in(name: str, values: dict[str, str]) -> str:
    text = read_text(_FOLDER / name, at_most=_LONGEST)
    for mark, value in values.items():
        text = text.replace(mark, value)
    return _COPY.sub(lambda found: _WRITE.format(found[1]), text)
