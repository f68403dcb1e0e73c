"""Changes of the API's members in the words of the files: `relay: {to: exchange → hr}`.

One line in a file is one change here, no matter how many members of the API it takes.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.actions import SHADOW_HEADER
from mmctl.language.writing.write import CannotWrite, action_to_file, condition_to_file
from mmctl.live.compare.changes import snake
from mmctl.live.compare.wording import GLUE, become, flow, quoted, texts_change, value_change
from mmctl.live.state.canonical import LOGGING
from mmctl.model.actions import ACTIONS, NAMES
from mmctl.model.kinds import Kind
from mmctl.model.operands import OPERAND_OF_KEY
from mmctl.model.policies import PolicyCondition
from mmctl.model.rules import RuleAction, RuleCondition
from mmctl.model.shape import ShapeError
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mmctl.live.compare.changes import Change, Item, Path

Form = dict[str, Any]

_STATEMENTS: Final = "PolicyStatements"
_UNITS: Final = {1000**3: "GB", 1000**2: "MB", 1024**2: "MiB", 1000: "KB"}
_DEFAULTS: Final = {key.word: key.default for row in ACTIONS for key in row.words if key.default}
"""What a key of an action means if it is left out."""


def in_words(
    kind: Kind, changes: Iterable[Change], before: Form, after: Form
) -> Iterator[tuple[Change, str]]:
    """Each change with its words, or with none if the words of an earlier change include it.

    The forms are of a rule, or of an object of the kind.
    """
    told: set[object] = set()
    for change in changes:
        unit = change.item or change.path[:1]
        words = "" if unit in told else _words(kind, change, before, after)
        told.add(unit)
        yield change, words


def _words(kind: Kind, change: Change, before: Form, after: Form) -> str:
    if change.item is not None:
        return _item(change.item, before, after, whole=change.path == change.item.new)
    member = str(change.path[0])
    return member_words(kind, member, before.get(member), after.get(member))


def member_words(kind: Kind, member: str, before: Any, after: Any) -> str:
    """The change of a member of an object, outside of its rules and statements."""
    if member in _TOLD:
        return _TOLD[member](before, after)
    key, value = _KEYS.get((kind, member)) or _KEYS_OF_ALL.get(member) or (snake(member), _as_it_is)
    return f"{key}: {value_change(_of(value, before), _of(value, after))}"


def _of(value: Callable[[Any], Any], given: Any) -> Any:
    return None if given is None else value(given)


def _item(item: Item, before: Form, after: Form, *, whole: bool) -> str:
    """A list item that changes, comes or goes; `whole`: another one replaces it."""
    path = item.new or item.old or ()
    old = None if item.old is None else _at(before, item.old)
    new = None if item.new is None else _at(after, item.new)
    match path:
        case ("Conditions", _):
            return _condition(old, new, RuleCondition)
        case ("Unless", _):
            return f"unless{GLUE}{_condition(old, new, RuleCondition)}"
        case ("Actions", _):
            return _action(_in_rule(item.old, before), _in_rule(item.new, after))
        case (statements, _) if statements == _STATEMENTS:
            return f"{_number(path)}: {_statement(old, new, whole=whole)}"
        case (statements, int(number), "Conditions", _) if statements == _STATEMENTS:
            form = before if item.new is None else after
            action = form[_STATEMENTS][number]["Action"].lower()
            return f"{_number(path)}, {action}: {_condition(old, new, PolicyCondition)}"
        case _:
            return f"{snake(str(path[-2]))}: {value_change(old, new)}"


def _at(form: Any, path: Path) -> Any:
    for step in path:
        form = form[step]
    return form


def _number(path: Path) -> str:
    return f"statement{GLUE}{int(path[1]) + 1}"


def _condition(old: Form | None, new: Form | None, shape: type[Any]) -> str:
    if old is None or new is None:
        label, value = _labeled(new or old or {}, shape)
        return f"{'+' if old is None else '-'}{GLUE}{label} {_values(value)}".rstrip()
    (before, was), (after, becomes) = _labeled(old, shape), _labeled(new, shape)
    if before != after:
        return become(f"{before} {_values(was)}", f"{after} {_values(becomes)}")
    if isinstance(was, list) and isinstance(becomes, list):
        return f"{after}: {texts_change(was, becomes)}"
    return f"{after}: {become(_values(was), _sized(becomes))}"


def _labeled(condition: Form, shape: type[Any]) -> tuple[str, Any]:
    """What a condition compares and how, and with what: `subject contains`, `["voucher"]`."""
    try:
        written = condition_to_file(shape.of_api(_on_one_line(condition)))
    except (ShapeError, CannotWrite):
        return flow(condition), ""
    ((subject, test),) = written.items()
    if not isinstance(test, dict):
        return str(subject), test
    operand = OPERAND_OF_KEY[subject]
    names = operand.beside
    ((operator, value),) = ((key, each) for key, each in test.items() if key not in names)
    of = ".".join(flow(test[name]) for name in names)
    label = GLUE.join((subject, of, operator) if of else (subject, operator))
    if operand.compared_by(operator).takes.is_single or isinstance(value, bool):
        return label, value
    return label, value if isinstance(value, list) else [value]


def _on_one_line(value: Any) -> Any:
    """The same, with line breaks made visible, because no value in a file has any."""
    match value:
        case dict():
            return {key: _on_one_line(each) for key, each in value.items()}
        case list():
            return [_on_one_line(each) for each in value]
        case str() if "\n" in value:
            return visible(value)
        case _:
            return value


def _values(value: Any) -> str:
    """What a condition compares with."""
    if isinstance(value, list):
        return ", ".join(map(quoted, value))
    return _sized(value, exact=False)


def _sized(value: Any, *, exact: bool = True) -> str:
    """A size, or a word of the language."""
    is_size = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return size(value, exact=exact) if is_size else _word(value)


def _word(value: Any) -> str:
    return flow(value) if value != "" else ""


def _statement(old: Form | None, new: Form | None, *, whole: bool) -> str:
    if old is not None and new is not None:
        said = _whole_statement if whole else _action_of
        return become(said(old), said(new))
    return f"{'+' if old is None else '-'}{GLUE}{_whole_statement(new or old or {})}"


def _whole_statement(statement: Form) -> str:
    labeled = (_labeled(each, PolicyCondition) for each in statement["Conditions"])
    conditions = ", ".join(f"{label} {_values(value)}" for label, value in labeled)
    return f"{_action_of(statement)} {conditions}"


def _action_of(statement: Form) -> str:
    return str(statement["Action"]).lower()


def _in_rule(path: Path | None, rule: Form) -> Any:
    """An action of a rule as in a file: a word, or a key with members; None: there is none."""
    if path is None:
        return None
    place = int(path[-1])
    action, earlier = rule["Actions"][place], rule["Actions"][:place]
    if action.get("AddHeader", {}).get("HeaderName") == SHADOW_HEADER:
        return "shadow"
    try:
        rows = (NAMES.get(next(iter(each))) for each in earlier)
        stop = any(row is not None and row.keeps for row in rows)
        return action_to_file(RuleAction.of_api(_on_one_line(action)), stop=stop)
    except (ShapeError, CannotWrite):
        return action


def _action(old: Any, new: Any) -> str:
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        ((key, before),), after = old.items(), next(iter(new.values()))
        if isinstance(before, dict) and isinstance(after, dict):
            before, after = _with_defaults(before, after), _with_defaults(after, before)
        return f"{key}: {value_change(before, after)}"
    if old is None or new is None:
        return f"{'+' if old is None else '-'}{GLUE}{_whole(new if old is None else old)}"
    return become(_whole(old), _whole(new))


def _with_defaults(members: Form, others: Form) -> Form:
    """The members, plus the defaults of those that only the other side has."""
    defaults = {key: value for key, value in _DEFAULTS.items() if key in others}
    return {**defaults, **members}


def _whole(action: Any) -> str:
    """An action as an item of a list: `drop`, `relay: {to: exchange}`."""
    return flow(action) if isinstance(action, str) else flow(action)[1:-1]


def size(number: float | Decimal, *, exact: bool = False) -> str:
    """A number of bytes as people write it: `20 MB`; with `exact`, followed by the bytes."""
    for unit, name in _UNITS.items():
        if number and number % unit == 0:
            text = f"{int(number // unit)}{GLUE}{name}"
            return f"{text}{GLUE}({int(number)})" if exact else text
    return f"{number:f}" if isinstance(number, Decimal) else f"{number}"


def _as_it_is(value: Any) -> Any:
    return value


def _lower(value: str) -> str:
    return value.lower()


def _sizes(before: Any, after: Any) -> str:
    if before is None or after is None:
        sign = "+" if before is None else "-"
        return f"max_message_size: {sign}{GLUE}{size(after or before, exact=before is None)}"
    return f"max_message_size: {become(size(before), size(after, exact=True))}"


def _network(value: Form) -> Form:
    public = value.get("PublicNetworkConfiguration")
    if public is not None:
        return {"public": public["IpType"].lower()}
    return {"vpc_endpoint": value["PrivateNetworkConfiguration"]["VpcEndpointId"]}


def _authentication(value: Form) -> Any:
    secret = value.get("SecretArn")
    return "none" if secret is None else {"secret_arn": secret}


def _entrance(before: Any, after: Any) -> str:
    """`auth` or `mtls` of an ingress point."""
    return value_change(_entrance_of(before), _entrance_of(after))[1:-1]


def _entrance_of(value: Form | None) -> Form:
    if value is None:
        return {}
    if "SecretArn" in value:
        return {"auth": {"secret_arn": value["SecretArn"]}}
    store = value["TlsAuthConfiguration"].get("TrustStore", {})
    said = {
        "ca_file": _fingerprint(store.get("CAContent")),
        "crl_file": _fingerprint(store.get("CrlContent")),
        "kms_key": store.get("KmsKeyArn"),
    }
    return {"mtls": {key: value for key, value in said.items() if value is not None}}


def _fingerprint(certificates: str | None) -> str | None:
    """The start of the digest of a file's content, which is too long for a line."""
    if certificates is None:
        return None
    return f"sha256 {hashlib.sha256(certificates.encode()).hexdigest()[:8]}"


def _logging(value: Form) -> Form:
    return {snake(member): place for member, place in value.items()}


def _instance(before: Any, after: Any) -> str:
    """An add-on is used through an instance, which files do not name."""
    return f"its instance: {become(*('one' if each else 'none' for each in (before, after)))}"


_TOLD: Final[Mapping[str, Callable[[Any, Any], str]]] = {
    "MaxMessageSizeBytes": _sizes,
    "IngressPointConfiguration": _entrance,
    "Instance": _instance,
}
"""Members that are more than a key with a value in a file."""
_KEYS: Final[Mapping[tuple[Kind, str], tuple[str, Callable[[Any], Any]]]] = {
    (Kind.TRAFFIC_POLICY, "DefaultAction"): ("default", _lower),
    (Kind.INGRESS_POINT, "RuleSetId"): ("rule_set", _as_it_is),
    (Kind.INGRESS_POINT, "TrafficPolicyId"): ("traffic_policy", _as_it_is),
    (Kind.INGRESS_POINT, "Type"): ("type", _lower),
    (Kind.INGRESS_POINT, "TlsPolicy"): ("tls_policy", _lower),
    (Kind.INGRESS_POINT, "Status"): ("status", _lower),
    (Kind.INGRESS_POINT, "NetworkConfiguration"): ("network", _network),
    (Kind.RELAY, "ServerName"): ("server", _as_it_is),
    (Kind.RELAY, "ServerPort"): ("port", _as_it_is),
    (Kind.RELAY, "Authentication"): ("authentication", _authentication),
    (Kind.ARCHIVE, "Retention"): ("retention", lambda value: value["RetentionPeriod"]),
    (Kind.ARCHIVE, "KmsKeyArn"): ("kms_key", _as_it_is),
    (Kind.ADDRESS_LIST, "Members"): ("members", _as_it_is),
    (Kind.ADD_ON, "AddonName"): ("product", _as_it_is),
}
"""Members of the API: the key in a file, and how to write its value."""
_KEYS_OF_ALL: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "Tags": ("tags", _as_it_is),
    LOGGING: ("logging", _logging),
}
