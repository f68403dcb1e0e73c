"""What an environment puts into the rules: values of variables, and bindings, as texts.

The history keeps them, so that a plan can show first which of them changed since the last apply.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from mmctl.language.text.plain import plain

if TYPE_CHECKING:
    from mmctl.language.project import Project

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
    for kind, ids in environment.bindings.items():
        found |= {f"bindings.{kind.value}.{name}": _text(id_) for name, id_ in ids.items()}
    return dict(sorted(found.items()))


def _text(value: object) -> str:
    text = str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) <= _LONGEST:
        return text
    digest = sha256(text.encode()).hexdigest()[:_DIGITS]
    return f"{text[:_SHOWN]}… ({len(text)} characters, SHA-256 {digest}…)"
