"""AWS's shapes → what a file says of them, and that → YAML: the way back of the reader.

Reading what is written here yields the shape again. What the language cannot say raises
`CannotWrite`. Nothing here opens files.
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from mmctl.language.actions import ACTION_MEMBERS, DELIVERING, STORING, WORD_MEMBERS
from mmctl.language.layout import Branch, Entry, Leaf, Tree, laid_out
from mmctl.language.reader import MAX_DIGITS
from mmctl.model.policies import (
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressStringExpression,
    IngressTlsProtocolExpression,
)
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from mmctl.model.policies import PolicyCondition, PolicyStatement, TrafficPolicy
    from mmctl.model.resources import Archive, IngressPoint, Relay, TlsAuthConfiguration
    from mmctl.model.rules import Rule, RuleAction, RuleCondition, RuleSet
    from mmctl.model.tags import Tag

Data = dict[str, Any]

KEPT: Final = DELIVERING | STORING
"""After one of these a Drop is not the end of the mail: it is written `stop`."""
_NO_NAME: Final = "none"


class CannotWrite(Exception):
    """The language has no words for this; the message says for what."""


# -- conditions


def condition_to_file(condition: RuleCondition | PolicyCondition) -> Data:
    """One condition of a rule or of a policy statement, as a file says it.

    Raises:
        CannotWrite: a value has a line break, or is a number that files cannot hold.
    """
    expression = condition.value
    match expression:
        case RuleBooleanExpression() | IngressBooleanExpression():
            return _boolean(expression)
        case RuleStringExpression() | IngressStringExpression():
            return _string(expression)
        case RuleNumberExpression():
            operator = expression.operator.value.lower()
            return {"message_size": {operator: _number(expression.value)}}
        case RuleIpExpression() | IngressIpv4Expression() | IngressIpv6Expression():
            key = str(expression.evaluate.value).lower()
            return {key: {expression.operator.value.lower(): _values(expression.values)}}
        case RuleVerdictExpression():
            return _verdict(expression)
        case RuleDmarcExpression():
            return {"dmarc_policy": {expression.operator.value.lower(): _values(expression.values)}}
        case IngressTlsProtocolExpression():
            operator = {"MINIMUM_TLS_VERSION": "minimum", "IS": "is"}[expression.operator.value]
            return {"tls_protocol": {operator: expression.value.value}}
        case _:
            raise AssertionError(f"a condition of the kind {condition.kind}")


def _boolean(expression: RuleBooleanExpression | IngressBooleanExpression) -> Data:
    is_true = expression.operator.value == "IS_TRUE"
    evaluate = expression.evaluate
    if evaluate.is_in_address_list is not None:
        asked = evaluate.is_in_address_list
        operator = "in_address_list" if is_true else "not_in_address_list"
        return {asked.attribute.value.lower(): {operator: _reference(asked.address_lists[0])}}
    if evaluate.analysis is not None:
        return _add_on(evaluate.analysis, {"is": is_true})
    return {str(evaluate.value).lower(): is_true}


def _string(expression: RuleStringExpression | IngressStringExpression) -> Data:
    evaluate = expression.evaluate
    test = {expression.operator.value.lower(): _values(expression.values)}
    match evaluate.kind:
        case "Analysis":
            return _add_on(evaluate.value, test)
        case "MimeHeaderAttribute":
            return {"header": {"name": _text(evaluate.value), **test}}
        case "ClientCertificateAttribute":
            return {"client_certificate": {"attribute": evaluate.value.value.lower(), **test}}
        case _:
            return {evaluate.value.value.lower(): test}


def _verdict(expression: RuleVerdictExpression) -> Data:
    operator, values = expression.operator.value.lower(), _values(expression.values)
    if expression.evaluate.analysis is not None:
        return _add_on(expression.evaluate.analysis, {f"verdict_{operator}": values})
    return {str(expression.evaluate.value).lower(): {operator: values}}


def _add_on(analysis: Any, test: Data) -> Data:
    name, field = _text(analysis.analyzer), _text(analysis.result_field)
    return {"add_on": {"name": name, "field": field, **test}}


def _values(values: Sequence[str]) -> str | list[str]:
    """One value alone, or a list of them."""
    if not values:
        raise CannotWrite("a condition without values")
    texts = [_text(str(value)) for value in values]
    # A variable's sign is only taken as text in a list: alone it would be replaced twice.
    return texts if len(texts) > 1 or "${" in texts[0] else texts[0]


def _number(number: float) -> int | str:
    if not isfinite(number) or number < 0:
        raise CannotWrite(f"the size {number}")
    text = str(int(number)) if number == int(number) else format(Decimal(repr(number)), "f")
    if len(text) > MAX_DIGITS:
        raise CannotWrite(f"the size {number}: more than {MAX_DIGITS} digits")
    return int(text) if text.isdigit() else text


# -- actions


def action_to_file(action: RuleAction, *, stop: bool) -> str | Data:
    """One action of a rule, as a file says it; `stop`: a Drop is written so.

    Raises:
        CannotWrite: a value has a line break.
    """
    kind, shape = action.kind, action.value
    if kind == "Drop":
        return "stop" if stop else "drop"
    if kind == "ReplaceRecipient":
        replacement = shape.replace_with
        return "replace_recipient" if replacement is None else {"replace_recipient": [*replacement]}
    key, members = next((k, m) for k, (name, m) in ACTION_MEMBERS.items() if name == kind)
    written = shape.to_api()
    names = members | ({"on_failure": "ActionFailurePolicy"} if kind != "AddHeader" else {})
    return {
        key: {
            name: _member(member, written[member], multiline=name == "message")
            for name, member in names.items()
            if member in written
        }
    }


def _member(member: str, value: Any, *, multiline: bool) -> Any:
    if member in WORD_MEMBERS:
        return value.lower()
    return value if isinstance(value, int) else _text(value, multiline=multiline)


def _actions(actions: Iterable[RuleAction]) -> list[str | Data]:
    written: list[str | Data] = []
    kept = False
    for action in actions:
        written.append(action_to_file(action, stop=kept))
        kept = kept or action.kind in KEPT
    return written


# -- rules and rule sets


def rule_to_file(rule: Rule, *, name: str) -> Data:
    """A rule under a logical name; its live name is added where it differs.

    Raises:
        CannotWrite: the language has no words for a part of it.
    """
    written: Data = {"name": name}
    if rule.name is None:
        written["live_name"] = _NO_NAME
    elif rule.name != name:
        if rule.name == _NO_NAME:
            raise CannotWrite("a second rule of the live name `none`")
        written["live_name"] = rule.name
    for key, conditions in (("conditions", rule.conditions), ("unless", rule.unless)):
        if conditions:
            written[key] = [condition_to_file(condition) for condition in conditions]
    written["actions"] = _actions(rule.actions)
    return written


def logical_names(rules: Sequence[Rule]) -> tuple[str, ...]:
    """A name for each rule, all different: the live name, or `rule-01` … where there is none."""
    taken = {rule.name for rule in rules if rule.name is not None}
    names: list[str] = []
    for number, rule in enumerate(rules, 1):
        if rule.name is not None and rule.name not in names:
            names.append(rule.name)
            continue
        names.append(unused(rule.name or f"rule-{number:02}", taken, limit=32))
        taken.add(names[-1])
    return tuple(names)


def unused(name: str, taken: Container[str], *, limit: int = 100) -> str:
    """The name, or the name with a number behind it, of at most `limit` characters."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name[: limit - len(str(number)) - 1]}-{number}"
    return candidate


def rule_set_to_file(rule_set: RuleSet, *, name: str) -> Data:
    """A rule set with its rules, under a logical name.

    Raises:
        CannotWrite: the language has no words for a part of it.
    """
    rules = [
        _within(f"Rules[{index}]", rule, logical)
        for index, (rule, logical) in enumerate(
            zip(rule_set.rules, logical_names(rule_set.rules), strict=True)
        )
    ]
    return {**_common(rule_set.rule_set_name, rule_set.tags, name), "rules": rules}


def _within(place: str, rule: Rule, name: str) -> Data:
    try:
        return rule_to_file(rule, name=name)
    except CannotWrite as error:
        raise CannotWrite(f"{place}: {error}") from None


# -- the other resources


def traffic_policy_to_file(policy: TrafficPolicy, *, name: str) -> Data:
    """A traffic policy with its statements, under a logical name.

    Raises:
        CannotWrite: the language has no words for a part of it.
    """
    written: Data = {"default": policy.default_action.value.lower()}
    if policy.max_message_size_bytes is not None:
        written["max_message_size"] = _number(policy.max_message_size_bytes)
    written |= _common(policy.traffic_policy_name, policy.tags, name)
    if policy.policy_statements:
        written["statements"] = [_statement(statement) for statement in policy.policy_statements]
    return written


def _statement(statement: PolicyStatement) -> Data:
    conditions = [condition_to_file(condition) for condition in statement.conditions]
    return {statement.action.value.lower(): conditions}


def ingress_point_to_file(
    ingress_point: IngressPoint,
    *,
    name: str,
    closed: bool = False,
    smtp_password_env: str | None = None,
    trust_files: tuple[str, str] = ("ca.pem", "crl.pem"),
) -> Data:
    """An ingress point, under a logical name; its rule set and policy are named as in the shape.

    A password is not written: `smtp_password_env` names the environment variable to hold it. Nor
    are certificates: `trust_files` names the files for them, beside the file that is written.

    Raises:
        CannotWrite: how its clients authenticate does not go with its type.
    """
    written: Data = {
        "type": ingress_point.type.value.lower(),
        "traffic_policy": _reference(ingress_point.traffic_policy_id),
        "rule_set": _reference(ingress_point.rule_set_id),
    }
    if ingress_point.tls_policy is not None:
        written["tls_policy"] = ingress_point.tls_policy.value.lower()
    if closed:
        written["status"] = "closed"
    network = ingress_point.network_configuration
    if network is not None and network.public_network_configuration is not None:
        written["network"] = {"public": network.public_network_configuration.ip_type.value.lower()}
    elif network is not None and network.private_network_configuration is not None:
        endpoint = network.private_network_configuration.vpc_endpoint_id
        written["network"] = {"vpc_endpoint": endpoint}
    written |= _authentication(ingress_point, smtp_password_env, trust_files)
    return written | _common(ingress_point.ingress_point_name, ingress_point.tags, name)


def _authentication(
    ingress_point: IngressPoint, smtp_password_env: str | None, trust_files: tuple[str, str]
) -> Data:
    configuration = ingress_point.ingress_point_configuration
    written: Data = {}
    if configuration is not None and configuration.secret_arn is not None:
        written = {"auth": {"secret_arn": configuration.secret_arn}}
    elif configuration is not None and configuration.tls_auth_configuration is not None:
        written = {"mtls": _trust(configuration.tls_auth_configuration, trust_files)}
    elif smtp_password_env is not None:
        written = {"auth": {"smtp_password_env": smtp_password_env}}
    type_ = ingress_point.type.value.lower()
    if (type_ if type_ != "open" else None) != next(iter(written), None):
        got = next(iter(written), "no configuration")
        raise CannotWrite(f"an ingress point of type `{type_}` with {got}")
    return written


def _trust(configuration: TlsAuthConfiguration, files: tuple[str, str]) -> Data:
    store = configuration.trust_store
    if store is None:
        raise CannotWrite("mutual TLS without certificates")
    written: Data = {"ca_file": files[0]}
    if store.crl_content is not None:
        written["crl_file"] = files[1]
    if store.kms_key_arn is not None:
        written["kms_key"] = _text(store.kms_key_arn)
    return written


def relay_to_file(relay: Relay, *, name: str) -> Data:
    """A relay, under a logical name."""
    secret = relay.authentication.secret_arn
    return {
        "server": relay.server_name,
        "port": relay.server_port,
        "authentication": "none" if secret is None else {"secret_arn": secret},
        **_common(relay.relay_name, relay.tags, name),
    }


def archive_to_file(archive: Archive, *, name: str) -> Data:
    """An archive, under a logical name.

    Raises:
        CannotWrite: the name of its key has a line break.
    """
    written: Data = {}
    if archive.retention is not None and archive.retention.retention_period is not None:
        written["retention"] = archive.retention.retention_period.value
    if archive.kms_key_arn is not None:
        written["kms_key"] = _text(archive.kms_key_arn)
    return written | _common(archive.archive_name, archive.tags, name)


def address_list_to_file(
    live_name: str, tags: Sequence[Tag] | None, members: Sequence[str] | None, *, name: str
) -> Data:
    """An address list, under a logical name; without members they come from elsewhere.

    Raises:
        CannotWrite: a member has a space in it.
    """
    if members is None:
        return {"members": "external", **_common(live_name, tags, name)}
    return {"members": [_reference(m) for m in members], **_common(live_name, tags, name)}


def add_on_to_file(product: str, tags: Sequence[Tag] | None = None) -> Data:
    """An add-on, by its product."""
    return {"product": product, **_tags(tags)}


def _common(live_name: str, tags: Sequence[Tag] | None, name: str) -> Data:
    return ({} if live_name == name else {"live_name": live_name}) | _tags(tags)


def _tags(tags: Sequence[Tag] | None) -> Data:
    if not tags:
        return {}
    written = {tag.key: tag.value for tag in tags}
    if len(written) != len(tags):
        raise CannotWrite("two tags of one name")
    return {"tags": written}


def _reference(name: str) -> str:
    if not name or any(character.isspace() for character in name):
        raise CannotWrite(f"the name `{name}`, which has a space in it")
    return _text(name)


def _text(text: str, *, multiline: bool = False) -> str:
    r"""A text as it stands in a file: `${` is written `$${`, as it would be a variable.

    Raises:
        CannotWrite: it has a line break, which values of the language never have.
    """
    if "\n" in text and not multiline:
        raise CannotWrite(f"a value with a line break: {text[:40]!r}")
    return text.replace("${", "$${")


# -- YAML


def to_yaml(data: Mapping[str, Any]) -> str:
    """A file as YAML: sections, rules and resources below each other, their parts on one line."""
    root = Branch(mapping=True)
    for key, value in data.items():
        blank = [""] if root.entries and isinstance(value, (dict, list)) else []
        entry = Entry(key=Leaf(text=key), value=_tree(value, key, depth=1), before=blank)
        root.entries.append(entry)
    return laid_out(root)


_BELOW: Final = frozenset(
    {"rules", "statements", "conditions", "unless", "actions", "allow", "deny"}
)
"""Lists whose items stand below each other; all others are on one line where they fit."""
_APART: Final = "rules"
"""The list whose items have an empty line between them."""


def _tree(value: Any, key: str | None = None, *, depth: int) -> Tree:
    """`depth` counts levels below the file: 1 is a section, 2 a resource."""
    match value:
        case dict():
            return _mapping(value, flow=depth > 1 and not _has_list_below(value), depth=depth)
        case list():
            return _list(value, key, depth=depth)
        case bool():
            return Leaf(text="true" if value else "false", verbatim=True)
        case int():
            return Leaf(text=str(value), verbatim=True)
        case str():
            return Leaf(text=value)
        case _:
            raise AssertionError(f"a {type(value).__name__} in a file")


def _mapping(value: Data, *, flow: bool, depth: int) -> Branch:
    entries = [
        Entry(key=Leaf(text=name), value=_tree(member, name, depth=depth + 1))
        for name, member in value.items()
    ]
    return Branch(mapping=True, entries=entries, flow=flow)


def _list(items: list[Any], key: str | None, *, depth: int) -> Branch:
    below = key in _BELOW
    branch = Branch(mapping=False, flow=not below)
    for item in items:
        value = (
            _mapping(item, flow=not below, depth=depth + 1)
            if isinstance(item, dict)
            else _tree(item, depth=depth + 1)
        )
        apart = key == _APART and bool(branch.entries)
        branch.entries.append(Entry(value=value, before=[""] if apart else []))
    return branch


def _has_list_below(value: Data) -> bool:
    return any(key in _BELOW for key in value)
