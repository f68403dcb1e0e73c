"""What an environment puts into the rules: values of variables, and bindings, as texts.

The history keeps them, so that a plan can show first which of them changed since the last apply.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.language.parsing.rules_digest import rules_form
from mmctl.language.text.plain import plain
from mmctl.model.kinds import Kind
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.language.project import Project

_USE: Final = "${"
_MAY_NAME_FILE: Final = Pattern(r"(?:members|ca|crl)_file|\\[xuU]")
"""In a file that may name a file of addresses or certificates; an escape may hide it."""
_LONGEST: Final = 2000
_SHOWN: Final = 200
_DIGITS: Final = 12


def environment_values(project: Project) -> dict[str, str]:
    """The values by name: `vars.exchange`, `bindings.archives.legacy`; lists as JSON.

    A very long one is its beginning, its length and a digest.
    """
    environment = project.environment
    variables = {**project.settings.variables, **environment.variables}
    found = {f"vars.{name}": _text(plain(node)) for name, node in variables.items()}
    found |= _of_files(project)
    for kind, ids in environment.bindings.items():
        found |= {f"bindings.{kind.value}.{name}": _text(id_) for name, id_ in ids.items()}
    return dict(sorted(found.items()))


def _of_files(project: Project) -> dict[str, str]:
    """Members and certificates in files that a variable names: no digest of rules has them."""
    if not any(_MAY_NAME_FILE.search(text) for text in project.files.values()):
        return {}
    form = rules_form(project)
    found = {}
    for name, written in form.get(Kind.ADDRESS_LIST.value, {}).items():
        resolved = project.address_lists.get(name)
        if _USE in str(written.get("members_file")) and resolved is not None:
            members = sorted(resolved.members or ())
            found[f"{Kind.ADDRESS_LIST.value}.{name}"] = _in_file(members, "member")
    for name, written in form.get(Kind.INGRESS_POINT.value, {}).items():
        point, mtls = project.ingress_points.get(name), written.get("mtls")
        if point is not None and isinstance(mtls, dict) and _USE in str(mtls.get("ca_file")):
            store = point.ingress_point.to_api().get("IngressPointConfiguration", {})
            found[f"{Kind.INGRESS_POINT.value}.{name}"] = _in_file([store], "trust store")
    return found


def _in_file(held: Sequence[object], noun: str) -> str:
    text = json.dumps(held, sort_keys=True, default=str)
    return f"{counted(len(held), noun)}, SHA-256 {sha256(text.encode()).hexdigest()[:_DIGITS]}…"


def _text(value: object) -> str:
    text = str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) <= _LONGEST:
        return text
    digest = sha256(text.encode()).hexdigest()[:_DIGITS]
    return f"{text[:_SHOWN]}… ({len(text)} characters, SHA-256 {digest}…)"
