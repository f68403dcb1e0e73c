"""What a plan says of a change is what somebody who writes the files would say.

The model of the service is walked: each member of each structure changes, comes and goes, and what
is said of it may hold nothing but what the files before and after hold.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

import pytest

from mmctl.compiler.configuration import LiveObject
from mmctl.language.writing.write import (
    CannotWrite,
    add_on_to_file,
    address_list_to_file,
    archive_to_file,
    ingress_point_to_file,
    relay_to_file,
    rule_set_to_file,
    to_yaml,
    traffic_policy_to_file,
)
from mmctl.live.compare.diff import object_edits
from mmctl.live.compare.edits import EditKind
from mmctl.live.compare.wording import apart, spaced
from mmctl.live.state.canonical import same
from mmctl.model.kinds import Kind
from mmctl.model.logs import LogType
from mmctl.model.resources import AddonSubscription, AddressList
from mmctl.model.shape import OneOf, Shape
from mmctl.render.text.plan import bare_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.compare.edits import Edit

NUMBER = re.compile(r"[0-9]+|[0-9a-f]{8}")
"""Sizes in other units, and how digests begin."""
TEXTS = {
    "Analyzer": ("vade", "abusix"),
    "ApplicationId": ("0" * 36, "1" * 36),
    "IndexId": ("0" * 36, "1" * 36),
    "HeaderName": ("X-One", "X-Two"),
    "KmsKeyArn": tuple(f"arn:aws:kms:us-east-1:000000000000:key/{each}" for each in "ab"),
    "S3SseKmsKeyId": ("key-" + "a" * 20, "key-" + "b" * 20),
    "MimeHeaderAttribute": ("X-One", "X-Two"),
    "ReplaceWith": ("a@example.com", "b@example.com"),
    "Sender": ("a@example.com", "b@example.com"),
    "SecretArn": tuple(
        f"arn:aws:secretsmanager:us-east-1:000000000000:secret:{each}" for each in ("one", "two")
    ),
    "ServerName": ("one.example.com", "two.example.com"),
    "SmtpReplyCode": ("550", "551"),
    "StatusCode": ("5.7.1", "5.7.2"),
    "TopicArn": tuple(f"arn:aws:sns:us-east-1:000000000000:{each}" for each in "ab"),
    "VpcEndpointId": ("vpce-" + "1" * 17, "vpce-" + "2" * 17),
    "CAContent": ("certificate one", "certificate two"),
    "CrlContent": ("revoked one", "revoked two"),
}
ARNS = {
    "FunctionArn": "lambda:us-east-1:000000000000:function",
    "RoleArn": "iam::000000000000:role",
}
NETWORKS = {
    "IngressIpv6Expression": ("2001:db8::/32", "2001:db8:1::/48"),
    "IngressIpv4Expression": ("192.0.2.0/24", "198.51.100.0/24"),
    "RuleIpExpression": ("192.0.2.0/24", "198.51.100.0/24"),
}
NOT_WRITTEN = {"Tags", "SmtpPassword"}
"""Tested by itself, and never told by the service."""
NAMES = {"Name"}
"""By which things are paired: another one is another thing."""
ALONE = {"AddressLists", "Rules"}
"""A list of one item, and one of which items come and go as lines of their own."""
OURS = {
    *("statement", "unless", "its", "instance", "one", "none", "more", "in", "another", "order"),
    *("auth", "ca_file", "crl_file", "sha256", "continue", "utf-8", "content", "status"),
    *("active", "closed", "KB", "MB", "GB", "MiB", "+", "-", "→"),
}
"""Words that a plan has and a file has not: of what a file leaves out, and of sizes."""


def texts(member: str, shape: str) -> tuple[str, str]:
    """Two values that a member takes."""
    if shape in NETWORKS and member == "Values":
        return NETWORKS[shape]
    if member in ARNS:
        return (f"arn:aws:{ARNS[member]}/one", f"arn:aws:{ARNS[member]}/two")
    one, two = TEXTS.get(member, ("first", "second"))
    return one, two


def value(annotation: Any, member: str, shape: str) -> Any:
    """A value that a member takes."""
    match inner(annotation):
        case (items, True):
            return [value(items, member, shape)]
        case (type() as kind, _) if issubclass(kind, OneOf):
            name, field = next(
                arm for arm in kind.model_fields.items() if alias(kind, arm[0]) not in NOT_WRITTEN
            )
            return {alias(kind, name): value(field.annotation, alias(kind, name), kind.__name__)}
        case (type() as kind, _) if issubclass(kind, Shape):
            return {
                alias(kind, name): value(field.annotation, alias(kind, name), kind.__name__)
                for name, field in kind.model_fields.items()
                if alias(kind, name) not in NOT_WRITTEN
            }
        case (kind, _):
            return scalars(kind, member, shape)[0]


def arms(kind: type[OneOf[Any]]) -> Iterator[dict[str, Any]]:
    """A union, once by each of its members."""
    for name, field in kind.model_fields.items():
        key = alias(kind, name)
        if key not in NOT_WRITTEN:
            yield {key: value(field.annotation, key, kind.__name__)}


def pairs(annotation: Any, member: str, shape: str) -> Iterator[tuple[str, Any, Any]]:
    """Each way in which a value may change by one member: the member, before, after."""
    match inner(annotation):
        case (items, True):
            one = value(items, member, shape)
            changed = list(pairs(items, member, shape))
            yield from ((name, [before], [after]) for name, before, after in changed)
            other = next(each for pair in changed for each in pair[1:] if each != one)
            if member in ALONE:
                return
            yield f"an item of {member} comes", [one], [one, other]
            yield f"an item of {member} goes", [other, one], [one]
        case (type() as kind, _) if issubclass(kind, OneOf):
            for name, field in kind.model_fields.items():
                key = alias(kind, name)
                if key in NOT_WRITTEN:
                    continue
                for inside, before, after in pairs(field.annotation, key, kind.__name__):
                    yield inside, {key: before}, {key: after}
            for before, after in pairwise(arms(kind)):
                yield f"{next(iter(before))} to {next(iter(after))}", before, after
        case (type() as kind, _) if issubclass(kind, Shape):
            base = value(kind, member, shape)
            for name, field in kind.model_fields.items():
                key = alias(kind, name)
                if key in NOT_WRITTEN | NAMES:
                    continue
                for inside, before, after in pairs(field.annotation, key, kind.__name__):
                    yield f"{key}.{inside}", {**base, key: before}, {**base, key: after}
                if not field.is_required():
                    without = {each: one for each, one in base.items() if each != key}
                    yield f"{key} comes", without, base
                    yield f"{key} goes", base, without
        case (kind, _):
            before, after, *_ = [*scalars(kind, member, shape), None]
            if after is not None:
                yield member, before, after


def scalars(kind: Any, member: str, shape: str) -> tuple[Any, ...]:
    """Values of a type that is no structure."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return tuple(kind)[:2]
    return (
        (30_000_000, 20_000_000)
        if member == "MaxMessageSizeBytes"
        else ((25, 26) if kind in {int, float} else texts(member, shape))
    )


def inner(annotation: Any) -> tuple[Any, bool]:
    """The type within `Annotated` and `| None`, and whether it is that of a list's items."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return inner(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return inner(next(each for each in get_args(annotation) if each is not type(None)))
    if origin is tuple:
        return get_args(annotation)[0], True
    return annotation, False


def alias(kind: type[Shape], name: str) -> str:
    return str(kind.model_fields[name].alias)


def live(kind: Kind, form: dict[str, Any]) -> LiveObject:
    return LiveObject(kind=kind, name="it", shape=kind.row.shape.of_api(form), project="acme")


def written(thing: LiveObject) -> str:
    """The object as a file has it."""
    shape: Any = thing.shape
    match thing.kind:
        case Kind.ADDRESS_LIST:
            data = address_list_to_file("it", None, thing.members, name="it")
        case Kind.ARCHIVE:
            data = archive_to_file(shape, name="it")
        case Kind.RELAY:
            data = relay_to_file(shape, name="it")
        case Kind.ADD_ON:
            data = add_on_to_file(shape.addon_name)
        case Kind.RULE_SET:
            data = rule_set_to_file(shape, name="it")
        case Kind.TRAFFIC_POLICY:
            data = traffic_policy_to_file(shape, name="it")
        case Kind.INGRESS_POINT:
            data = _ingress_point(shape, closed=thing.closed)
    return to_yaml({thing.kind.value: {"it": data}})


def _ingress_point(shape: Any, *, closed: bool) -> dict[str, Any]:
    """The type goes with how clients authenticate, which this test has change alone."""
    configuration = shape.ingress_point_configuration
    kind = "OPEN"
    if configuration is not None:
        kind = "AUTH" if configuration.secret_arn is not None else "MTLS"
    data = ingress_point_to_file(
        shape.changed(type=type(shape.type)(kind)), name="it", closed=closed
    )
    return {**data, "type": shape.type.value.lower()}


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\s:,{}()\[\]\"']+", text))


NOTHING_CHANGES = {Kind.ADDRESS_LIST, Kind.ADD_ON}
"""Kinds that are but a name, which cannot be changed."""


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in NOTHING_CHANGES])
def test_each_member_changes_in_the_words_of_the_files(kind: Kind) -> None:
    looked_at = 0
    for name, before, after in pairs(kind.row.shape, "", ""):
        old, new = live(kind, before), live(kind, after)
        edits = [each for each in object_edits(new, old, "acme") if each.kind is EditKind.CHANGED]
        try:
            known = words_of(written(old)) | words_of(written(new)) | OURS
        except CannotWrite:
            continue
        if not same(new, old) and new.live_name == old.live_name:
            looked_at += 1
            check(name, edits, known)
    assert looked_at > 2


def check(name: str, edits: list[Edit], known: set[str]) -> None:
    """Hold what is said of some edits against the words of the files."""
    told = [spaced(edit.words) for edit in edits if edit.words]
    assert told, name
    for words in told:
        strange = {each for each in words_of(words) - known if not set(each.split(".")) <= known}
        assert not {each for each in strange if not NUMBER.fullmatch(each)}, f"{name}: {words}"
    lines = "\n".join(line.plain for line in bare_lines(edits))
    assert not re.search(r"\[[0-9]+\]", lines), f"{name}: {lines}"


PARTNERS = LiveObject(
    kind=Kind.ADDRESS_LIST, name="it", shape=AddressList(address_list_name="it"), project="acme"
)
MX = live(
    Kind.INGRESS_POINT,
    {"IngressPointName": "public-mx", "Type": "OPEN", "RuleSetId": "a", "TrafficPolicyId": "b"},
)
VADE = LiveObject(
    kind=Kind.ADD_ON, name="it", shape=AddonSubscription(addon_name="VADE"), project="acme"
)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            replace(PARTNERS, members=("a@example.com", "b@example.com")),
            replace(PARTNERS, members=("b@example.com", "c@example.com")),
            'members: + "c@example.com" - "a@example.com"',
        ),
        (
            replace(PARTNERS, members=tuple(f"{each:02}@example.com" for each in range(30))),
            replace(PARTNERS, members=("new@example.com",)),
            'members: + "new@example.com" - "00@example.com" - "01@example.com"'
            ' - "02@example.com" - "03@example.com" - "04@example.com" - "05@example.com"'
            ' - "06@example.com" - "07@example.com" - "08@example.com" - "09@example.com"'
            " - 20 more",
        ),
        (
            replace(MX, tags={"team": "mail", "stage": "a"}),
            replace(MX, tags={"team": "ops", "cost": "7"}),
            'tags: {stage: - a, team: mail → ops, cost: + "7"}',
        ),
        (MX, replace(MX, closed=True), "status: active → closed"),
        (MX, replace(MX, tags={"a": "b"}), "tags: + {a: b}"),
        (
            replace(MX, logging={LogType.APPLICATION_LOGS: "arn:one"}),
            replace(MX, logging={LogType.APPLICATION_LOGS: "arn:two"}),
            'logging: {destination: "arn:one" → "arn:two"}',
        ),
        (replace(VADE, instance=False), VADE, "its instance: none → one"),
    ],
)
def test_what_the_service_keeps_beside_the_shape_is_said_too(
    before: LiveObject, after: LiveObject, words: str
) -> None:
    told = [spaced(edit.words) for edit in object_edits(after, before, "acme") if edit.words]
    assert told == [words]


RULE = {
    "Name": "a",
    "Conditions": [
        {
            "StringExpression": {
                "Evaluate": {"Attribute": "SUBJECT"},
                "Operator": "CONTAINS",
                "Values": ["offer"],
            }
        }
    ],
    "Actions": [{"Relay": {"Relay": "exchange"}}],
}
POLICY = {
    "TrafficPolicyName": "edge",
    "DefaultAction": "DENY",
    "PolicyStatements": [],
    "MaxMessageSizeBytes": 30_000_000,
}


def changed(path: str, other: Any) -> str:
    """What is said when a member of the rule is another one."""
    after = deepcopy(RULE)
    *outer, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inside: Any = after
    for step in outer:
        inside = inside[step]
    inside[last] = other
    old, new = (
        live(Kind.RULE_SET, {"RuleSetName": "it", "Rules": [each]}) for each in (RULE, after)
    )
    return " / ".join(spaced(edit.words) for edit in object_edits(new, old, "acme") if edit.words)


EXPRESSION = "Conditions.0.StringExpression"


@pytest.mark.parametrize(
    ("path", "other", "words"),
    [
        (f"{EXPRESSION}.Values", ["offer", "voucher"], 'subject contains: + "voucher"'),
        (f"{EXPRESSION}.Operator", "EQUALS", 'subject contains "offer" → subject equals "offer"'),
        (
            f"{EXPRESSION}.Evaluate",
            {"MimeHeaderAttribute": "X-Spam"},
            'subject contains "offer" → header X-Spam contains "offer"',
        ),
        ("Conditions", [], '- subject contains "offer"'),
        ("Actions.0.Relay.Relay", "hr", "relay: {to: exchange → hr}"),
        (
            "Actions.0.Relay.ActionFailurePolicy",
            "DROP",
            "relay: {on_failure: continue → drop}",
        ),
        ("Actions.0", {"Drop": {}}, "relay: {to: exchange} → drop"),
        ("Actions", [{"Relay": {"Relay": "exchange"}}, {"Drop": {}}], "+ stop"),
        ("Actions", [{"Drop": {}}, {"Relay": {"Relay": "exchange"}}], "+ drop"),
    ],
)
def test_a_rule_changes_in_the_words_of_its_file(path: str, other: Any, words: str) -> None:
    assert changed(path, other) == words


def test_a_size_is_written_as_people_write_it_with_its_bytes() -> None:
    old, new = (
        live(Kind.TRAFFIC_POLICY, {**POLICY, "MaxMessageSizeBytes": each})
        for each in (30_000_000, 20_000_000)
    )
    (edit,) = object_edits(new, old, "acme")
    assert spaced(edit.words or "") == "max_message_size: 30 MB → 20 MB (20000000)"
    assert edit.path == "max_message_size_bytes"


def test_of_long_texts_the_part_is_shown_that_differs() -> None:
    long = "https://portal.example.com/" + "a" * 300
    told = changed(f"{EXPRESSION}.Values", [f"{long}x{long}"])
    assert told.endswith(f'…{"a" * 33}" - "offer"')
    before, after = apart(f"{long}one{long}", f"{long}two{long}")
    assert (before, after) == (f"…{'a' * 12}one{long[:12]}…", f"…{'a' * 12}two{long[:12]}…")
