"""The one form in which desired and live objects are compared, and its digest.

What the service fills in, spells differently or leaves out on read makes no difference here; empty
values with a meaning (`Drop: {}`) stay. Nothing here knows which object is which.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.compiler.configuration import COMPILED_TAG
from mmctl.model.actions import ACTIONS
from mmctl.model.kinds import Beside
from mmctl.model.logs import LogType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject

Canonical = dict[str, Any]
"""An object as plain JSON, with AWS's names; `Beside` names what is next to its shape."""

LOGGING: Final = "Logging"
"""The member next to a shape that holds its log destinations."""
LOG_MEMBERS: Final[Mapping[str, str]] = {
    LogType.APPLICATION_LOGS: "Destination",
    LogType.TRAFFIC_POLICY_DEBUG_LOGS: "TrafficPolicyDebugLogs",
}
"""Log types, named as in the file."""
_EMPTY_IS_ABSENT: Final = ("Conditions", "Unless", "Tags")
_DEFAULTS: Final = {
    key.member: key.default.upper() for row in ACTIONS for key in row.words if key.default
}
"""What absent members of actions mean; some are left out on read (aws-cli issue 10641)."""
_SETS: Final = ("Values",)


def canonical(thing: LiveObject) -> Canonical:
    """The object as plain JSON that is equal exactly when the service would act the same."""
    form: Canonical = _normal(thing.shape.to_api())
    form.pop("Tags", None)
    tags = {key: value for key, value in thing.tags.items() if not _foreign(key)}
    if tags:
        form["Tags"] = dict(sorted(tags.items()))
    if thing.members is not None:
        form[Beside.MEMBERS.value] = sorted({address.lower() for address in thing.members})
    _without_password(form)
    if Beside.STATUS in thing.kind.row.beside:
        form[Beside.STATUS.value] = "CLOSED" if thing.closed else "ACTIVE"
    for member in thing.unknown:
        if member.replaced:
            head, _, rest = member.path.partition(".")
            form[head] = {rest: member.value} if rest else member.value
    if Beside.INSTANCE in thing.kind.row.beside:
        form[Beside.INSTANCE.value] = thing.instance
    if thing.logging:
        form[LOGGING] = {LOG_MEMBERS[of]: arn for of, arn in sorted(thing.logging.items())}
    return form


def canonical_pair(desired: LiveObject, live: LiveObject) -> tuple[Canonical, Canonical]:
    """Both forms, without what the service filled in by itself."""
    wanted, found = canonical(desired), canonical(live)
    for member in desired.kind.row.server_filled:
        if member not in wanted:
            found.pop(member, None)
    return wanted, found


def same(desired: LiveObject, live: LiveObject) -> bool:
    """Whether the live object is already the desired one."""
    wanted, found = canonical_pair(desired, live)
    return wanted == found


def digest(thing: LiveObject) -> str:
    """SHA-256 of the canonical form, with its kind, its owner, and what the form cannot say."""
    unknown = {member.path: member.value for member in thing.unknown}
    more = [unknown] if unknown else []
    return digest_of([thing.kind.value, thing.project, canonical(thing), *more])


def digest_of(form: object) -> str:
    """SHA-256, in hex, of a value as JSON with sorted keys."""
    text = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def forms_of(configuration: LiveConfiguration) -> dict[str, Canonical]:
    """The canonical forms of all objects by `kind/name`."""
    return {f"{found.kind}/{found.name}": canonical(found) for found in configuration.objects}


def without_owner(tags: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Tags without those of AWS and our own, but for the one of the compiler's lists."""
    return {key: value for key, value in tags if key == COMPILED_TAG or not _foreign(key)}


def _foreign(key: str) -> bool:
    return key.startswith(("aws:", "mmctl:"))


def _without_password(form: Canonical) -> None:
    """Leave out the password: reads never return it, and it is compared by digest elsewhere."""
    configuration = form.get("IngressPointConfiguration", {})
    if "SmtpPassword" in configuration:
        del form["IngressPointConfiguration"]


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            member: _normal_member(member, inner)
            for member, inner in value.items()
            if not _as_absent(member, inner)
        }
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return value


def _normal_member(member: str, value: Any) -> Any:
    if member in _SETS and isinstance(value, list):
        return sorted(set(value))
    return _normal(value)


def _as_absent(member: str, value: object) -> bool:
    if member in _EMPTY_IS_ABSENT and value == []:
        return True
    return _DEFAULTS.get(member) == value and value is not None
