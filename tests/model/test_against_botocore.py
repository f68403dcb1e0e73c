"""The model is AWS's: every shape, member, enum, pattern and limit is compared with botocore's."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, get_args, get_origin

import botocore.session
import pytest
from pydantic import TypeAdapter, ValidationError

from mmctl.model import enums, policies, resources, rules, tags, texts
from mmctl.model.members import ItemCount, Limits, UnionText, exact
from mmctl.model.shape import OneOf, Shape, ShapeError

SERVICE = botocore.session.Session().get_service_model("mailmanager")
REQUESTS = {
    "RuleSet": "CreateRuleSetRequest",
    "TrafficPolicy": "CreateTrafficPolicyRequest",
    "IngressPoint": "CreateIngressPointRequest",
    "Relay": "CreateRelayRequest",
    "Archive": "CreateArchiveRequest",
    "AddressList": "CreateAddressListRequest",
    "AddonSubscription": "CreateAddonSubscriptionRequest",
    "AddonInstance": "CreateAddonInstanceRequest",
}


def shapes() -> dict[str, type[Shape]]:
    return {
        name: value
        for module in (rules, policies, resources, tags)
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Shape) and value not in (Shape, OneOf)
    }


def aws_shape(name: str) -> Any:
    return SERVICE.shape_for(REQUESTS.get(name, name))


def members_reached() -> set[str]:
    """Every structure that the eight create requests reach."""
    reached: set[str] = set()

    def walk(shape: Any) -> None:
        if shape.type_name == "list":
            walk(shape.member)
        elif shape.type_name == "structure" and shape.name not in reached:
            reached.add(shape.name)
            for member in shape.members.values():
                walk(member)

    for request in REQUESTS.values():
        walk(SERVICE.shape_for(request))
    return reached


def test_every_structure_that_a_create_request_reaches_is_modelled() -> None:
    named = {REQUESTS.get(name, name) for name in shapes()}
    assert members_reached() == named


@pytest.mark.parametrize("name", sorted(shapes()))
def test_members_are_those_of_the_service_and_required_where_it_requires_them(name: str) -> None:
    shape = shapes()[name]
    theirs = aws_shape(name)
    wanted = {
        member: member in theirs.required_members
        for member in theirs.members
        if member != "ClientToken"
    }
    ours = {str(field.alias): field.is_required() for field in shape.model_fields.values()}
    assert ours == wanted


@pytest.mark.parametrize("name", sorted(shapes()))
def test_unions_are_unions_and_nothing_else_is(name: str) -> None:
    is_union = bool(getattr(aws_shape(name), "is_tagged_union", False))
    assert issubclass(shapes()[name], OneOf) == is_union


def limits_of(metadata: list[Any]) -> dict[str, Any]:
    """Our limits of a text or number, in the service's terms."""
    limits: dict[str, Any] = {}
    for item in metadata:
        if isinstance(item, Limits):
            limits |= {
                "min": item.min_length if item.ge is None else item.ge,
                "max": item.max_length if item.le is None else item.le,
                "pattern": item.pattern,
            }
    return {name: limit for name, limit in limits.items() if limit is not None}


def compare(ours: Any, metadata: list[Any], theirs: Any, where: str) -> None:
    """One member's type against the service's shape, down to the items of lists."""
    if get_origin(ours) is not None and type(None) in get_args(ours):
        (ours,) = [arm for arm in get_args(ours) if arm is not type(None)]
    if hasattr(ours, "__metadata__"):
        metadata = [*metadata, *ours.__metadata__]
        ours = ours.__origin__
    if theirs.type_name == "structure":
        assert ours.__name__ == theirs.name, where
    elif theirs.type_name == "list":
        sizes = [item for item in metadata if isinstance(item, ItemCount)]
        size = (theirs.metadata.get("min", 0), theirs.metadata.get("max"))
        found = [(item.minimum, item.maximum) for item in sizes]
        assert found == [size] or (not found and size == (0, None)), where
        compare(get_args(ours)[0], [], theirs.member, where + "[]")
    elif getattr(theirs, "enum", None):
        assert issubclass(ours, StrEnum), where
        assert [value.value for value in ours] == theirs.enum, where
        assert ours.__name__ == theirs.name, where
    elif theirs.type_name == "string":
        if issubclass(ours, UnionText):
            metadata = [ours.limits]
        else:
            assert ours is str, where
        want = {k: theirs.metadata[k] for k in ("min", "max") if theirs.metadata.get(k)}
        if "pattern" in theirs.metadata:
            want["pattern"] = exact(theirs.metadata["pattern"])
        assert limits_of(metadata) == want, where
    else:
        assert ours is (int if theirs.type_name == "integer" else float), where
        assert limits_of(metadata) == {
            k: theirs.metadata[k] for k in ("min", "max") if k in theirs.metadata
        }, where


@pytest.mark.parametrize("name", sorted(shapes()))
def test_each_member_has_the_service_s_type_enum_pattern_and_limits(name: str) -> None:
    theirs = aws_shape(name)
    for member, field in shapes()[name].model_fields.items():
        where = f"{name}.{member}"
        compare(field.annotation, list(field.metadata), theirs.members[str(field.alias)], where)


def test_enums_of_answers_are_the_service_s_too() -> None:
    for name in ("IngressPointStatus", "IngressPointStatusToUpdate", "ArchiveState"):
        assert [v.value for v in getattr(enums, name)] == aws_shape(name).enum


def test_every_pattern_of_the_service_that_we_use_compiles_and_holds_for_the_whole_text() -> None:
    for name, type_ in vars(texts).items():
        if not hasattr(type_, "__metadata__") or type_.__origin__ is not str:
            continue
        adapter = TypeAdapter(type_)
        pattern = limits_of(list(type_.__metadata__)).get("pattern")
        if pattern and name not in {"CAContent", "CrlContent", "BounceMessage"}:
            with pytest.raises(ValidationError):
                adapter.validate_python("a b\u00e9\n")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("-----BEGIN CERTIFICATE-----\nMIIB\n", True),
        ("caf\u00e9 \u2192 \U0001f512", True),
        ("tab\tand\r\nline ends", True),
        ("a\x00b", False),
        ("a\u200bb", False),  # Cf: a zero-width space
        ("a\ue000b", False),  # Co: private use
    ],
)
def test_the_pattern_of_certificates_leaves_out_unicode_category_c_but_not_white_space(
    text: str, allowed: bool
) -> None:
    # The service writes it `[\P{C}\s]*`, which Python's `re` cannot read.
    adapter = TypeAdapter(texts.CAContent)
    if allowed:
        assert adapter.validate_python(text) == text
    else:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)


def test_ascii_classes_of_java_stay_ascii() -> None:
    assert re.match(exact(r"\d{2}[\w-]+"), "12a-b")
    assert not re.match(exact(r"\d{2}[\w-]+"), "\u0661\u0662a")
    assert not re.match(exact(r"\d{2}[\w-]+"), "12\u00e9")


def test_a_condition_with_two_expressions_is_refused_with_the_names() -> None:
    with pytest.raises(
        ShapeError,
        match=r"exactly one of .*got BooleanExpression, DmarcExpression",
    ):
        rules.RuleCondition.of_api(
            {
                "DmarcExpression": {"Operator": "EQUALS", "Values": ["NONE"]},
                "BooleanExpression": {"Evaluate": {"Attribute": "TLS"}, "Operator": "IS_TRUE"},
            }
        )


def test_lists_may_be_longer_in_logical_rules_than_the_service_takes() -> None:
    members = {
        "DmarcExpression": {"Operator": "EQUALS", "Values": ["NONE"] * 11},
    }
    expression = rules.RuleCondition.logical(members).dmarc_expression
    assert expression is not None
    assert len(expression.values) == 11
    with pytest.raises(ShapeError, match="at most 10"):
        rules.RuleCondition.of_api(members)


def test_every_union_says_the_types_of_its_members() -> None:
    """Or the type checker would not name a `match` that a member is missing from."""
    for name, union in shapes().items():
        if issubclass(union, OneOf):
            (base,) = vars(union)["__orig_bases__"]
            (said,) = get_args(base)
            assert str not in {getattr(arm, "__origin__", arm) for arm in get_args(said | None)}, (
                f"{name}: a text of a union has a class of its own"
            )
            members = {
                arm for field in union.model_fields.values() for arm in get_args(field.annotation)
            }
            assert set(get_args(said | None)) == members, name
