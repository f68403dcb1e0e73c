"""How a template reaches CloudFormation: in the call, or through a bucket if it is too large.

The bucket may be one that the same stack makes. Then what the bucket needs is deployed first.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import Refused
from mmctl.operate.templates.template import INLINE_BYTES
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.operate.stacks.service import StackMeans
    from mmctl.operate.stacks.wanted import WantedStack

BUCKET_OUTPUT: Final = "SnapshotBucketName"
"""The output that names the bucket in which a project keeps its history."""
STORED_BYTES: Final = 1_000_000
"""How large a template may be that is read from S3: a megabyte."""
_IN_SUB: Final = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateBody:
    """A template for a call: its text, or where it lies."""

    text: str | None
    url: str | None = None


def body_of(wanted: WantedStack, means: StackMeans) -> TemplateBody | None:
    """The template as CloudFormation takes it; None: it is too large, and no bucket is there yet.

    Raises:
        Refused: it is larger than any template may be.
        CouldNot: it cannot be stored.
    """
    text = wanted.text
    size = len(text.encode())
    if size <= INLINE_BYTES:
        return TemplateBody(text=text)
    if size > STORED_BYTES:
        raise Refused(
            f"the template of `{wanted.name}` has {size:,} bytes",
            why=f"CloudFormation takes {STORED_BYTES:,} at most",
            help="split the project: two projects have two stacks",
        )
    name = f"{wanted.name}-{sha256(text.encode()).hexdigest()[:16]}.json"
    url = means.store(name, text)
    return None if url is None else TemplateBody(text=None, url=url)


def no_bucket(wanted: WantedStack) -> Refused:
    """The error for a large template of a project that has no bucket."""
    return Refused(
        f"the template of `{wanted.name}` has {len(wanted.text.encode()):,} bytes",
        why=f"above {INLINE_BYTES:,} CloudFormation reads it from a bucket, and there is none",
        help="set `snapshots: s3://BUCKET/PREFIX` of the environment in mmctl.yaml",
    )


def first_part(wanted: WantedStack) -> WantedStack | None:
    """The stack with the bucket alone; None: its template makes no bucket.

    Resources stay as they are when the rest is added: CloudFormation changes only what differs.
    """
    outputs = wanted.document.get("Outputs", {})
    if BUCKET_OUTPUT not in outputs:
        return None
    resources: Mapping[str, Any] = wanted.document["Resources"]
    needed: dict[str, None] = {}
    left = [*_references(outputs[BUCKET_OUTPUT])]
    while left:
        name = left.pop()
        if name in resources and name not in needed:
            needed[name] = None
            left += _references(resources[name])
    if not needed:
        return None
    kept = {name: each for name, each in resources.items() if name in needed}
    used = {name for each in kept.values() for name in _references(each)}
    document = {**wanted.document, "Resources": kept, "Outputs": {}}
    document["Outputs"] = {BUCKET_OUTPUT: outputs[BUCKET_OUTPUT]}
    for part in ("Parameters", "Conditions"):
        if part in document and not used & set(document[part]):
            del document[part]
    parameters = wanted.parameters if "Parameters" in document else {}
    return replace(wanted, document=document, parameters=parameters)


def _references(value: object) -> Iterator[str]:
    """The names that a part of a template refers to."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"Ref", "Condition"} and isinstance(inner, str):
                yield inner
            elif key == "Fn::GetAtt":
                yield str(inner[0]) if isinstance(inner, list) else str(inner).partition(".")[0]
            elif key == "Fn::Sub":
                text = inner[0] if isinstance(inner, list) else inner
                yield from _IN_SUB.findall(str(text))
                yield from _references(inner)
            elif key == "DependsOn":
                yield from [inner] if isinstance(inner, str) else inner
            elif key == "Fn::If":
                yield str(inner[0])
                yield from _references(inner)
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
