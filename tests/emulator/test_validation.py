"""Requests against the service model: golden texts, and agreement with botocore's own validator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmctl.emulator.patterns import matcher
from mmctl.emulator.service_error import STATUS, ServiceError
from mmctl.emulator.validation import validate, without_nulls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import ServiceModel

CERTIFICATE = r"[\P{C}\s]*"


def refusal(model: ServiceModel, operation: str, parameters: Any) -> str:
    with pytest.raises(ServiceError) as refused:
        validate(model.operation_model(operation).input_shape, parameters)
    assert (refused.value.code, refused.value.status) == ("ValidationException", 400)
    return refused.value.message


def rule_set(*rules: Any) -> dict[str, Any]:
    return {"RuleSetName": "inbound", "Rules": list(rules)}


GOLDEN = [
    (
        {"RuleSetName": "no spaces", "Rules": []},
        "1 validation error detected: Value 'no spaces' at 'ruleSetName' failed to satisfy"
        " constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    ),
    (
        {"Rules": "all"},
        "2 validation errors detected: Value at 'ruleSetName' failed to satisfy constraint: Member"
        " must not be null; Value at 'rules' failed to satisfy constraint: Member must be a list,"
        " got a string",
    ),
    (
        rule_set({"Actions": []}),
        "1 validation error detected: Value at 'rules.1.member.actions' failed to satisfy"
        " constraint: Member must have length greater than or equal to 1",
    ),
    (
        rule_set({"Actions": [{"Drop": {}}]}, {"Actions": [{}]}),
        "1 validation error detected: Value at 'rules.2.member.actions.1.member' failed to satisfy"
        " constraint: Member must have exactly one of [Drop, Relay, Archive, WriteToS3, Send,"
        " AddHeader, ReplaceRecipient, DeliverToMailbox, DeliverToQBusiness, PublishToSns, Bounce,"
        " InvokeLambda] set, got none",
    ),
    (
        rule_set(
            {"Actions": [{"Archive": {"TargetArchive": "a-1", "ActionFailurePolicy": "STOP"}}]}
        ),
        "1 validation error detected: Value 'STOP' at"
        " 'rules.1.member.actions.1.member.archive.actionFailurePolicy' failed to satisfy"
        " constraint: Member must satisfy enum value set: [CONTINUE, DROP]",
    ),
    (
        rule_set({"Actions": [{"Drop": {}}], "Enabled": False}),
        "1 validation error detected: Value 'Enabled' at 'rules.1.member.enabled' failed to"
        " satisfy constraint: Member must be one of [Name, Conditions, Unless, Actions]",
    ),
]


@pytest.mark.parametrize(("request_", "message"), GOLDEN)
def test_all_that_is_wrong_is_named_in_one_message(
    service_model: ServiceModel, request_: dict[str, Any], message: str
) -> None:
    assert refusal(service_model, "CreateRuleSet", request_) == message


@pytest.mark.parametrize(
    ("operation", "parameters", "requirement"),
    [
        ("ListRuleSets", {"PageSize": 51}, "less than or equal to 50"),
        ("ListRuleSets", {"PageSize": 0}, "greater than or equal to 1"),
        ("ListRuleSets", {"PageSize": True}, "be a number (integer), got a boolean"),
        ("ListRuleSets", {"PageSize": 2**40}, "fit the type integer"),
        ("ListRuleSets", {"NextToken": "x" * 2049}, "length less than or equal to 2048"),
        ("CreateAddonSubscription", {"AddonName": "\ud800"}, "be well-formed Unicode"),
    ],
)
def test_ranges_lengths_and_types(
    service_model: ServiceModel, operation: str, parameters: dict[str, Any], requirement: str
) -> None:
    assert requirement in refusal(service_model, operation, parameters)


NAMED = {"Name": "drop", "Actions": [{"Drop": {}}]}


@pytest.mark.parametrize(
    ("operation", "parameters", "length"),
    [
        ("CreateRuleSet", rule_set(*[{"Actions": 1}] * 10_000), 40),
        ("CreateRuleSet", rule_set({**NAMED, "Conditions": [{}] * 10_000}), 10),
        ("CreateRuleSet", rule_set({**NAMED, "Name": "\N{SNOWMAN}" * 10_000}), 32),
        ("TagResource", {"ResourceArn": "arn:aws:ses:eu-west-1:111122223333:mailmanager-x/y",
                         "Tags": [{}] * 10_000}, 200),
    ],
)  # fmt: skip
def test_of_what_is_too_long_only_that_is_told(
    service_model: ServiceModel, operation: str, parameters: dict[str, Any], length: int
) -> None:
    message = refusal(service_model, operation, parameters)
    assert message.startswith("1 validation error detected: ")
    assert message.endswith(f"have length less than or equal to {length}")


class Watched(list[Any]):
    """A list without a limit, that fails the test when all of it is looked at."""

    def __iter__(self) -> Iterator[Any]:
        yield from ({} for _ in range(200))
        pytest.fail("looked at more than 200 items after 100 failures")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        (
            "CreateTrafficPolicy",
            {"TrafficPolicyName": "edge", "DefaultAction": "DENY", "PolicyStatements": Watched()},
        ),
        ("CreateRuleSet", rule_set(NAMED) | {f"m{number}": 1 for number in range(10_000)}),
        (
            "CreateRuleSet",
            rule_set({"Actions": [{f"{number}" * 1000: 1 for number in range(10_000)}]}),
        ),
    ],
)
def test_after_a_hundred_failures_nothing_more_is_looked_for(
    service_model: ServiceModel, operation: str, parameters: dict[str, Any]
) -> None:
    message = refusal(service_model, operation, parameters)
    assert message.startswith("More than 100 validation errors detected: ")
    assert message.count("failed to satisfy constraint") == 100
    assert len(message) < 100_000


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("ListRuleSets", {"NextToken": None, "PageSize": None, "Unknown": None}),
        ("CreateRuleSet", rule_set({**NAMED, "Conditions": None, "Unless": None})),
        ("CreateRuleSet", rule_set({"Actions": [{"Drop": {}, "Relay": None}]})),
    ],
)
def test_a_member_that_is_null_is_absent(
    service_model: ServiceModel, operation: str, parameters: dict[str, Any]
) -> None:
    shape: Any = service_model.operation_model(operation).input_shape
    validate(shape, parameters)
    sent = without_nulls(parameters)
    assert "null" not in json.dumps(sent)
    assert sent == without_null_members(parameters)


@pytest.mark.parametrize(
    ("parameters", "requirement"),
    [
        ({"RuleSetName": None, "Rules": []}, "'ruleSetName' failed to satisfy constraint: Member"
         " must not be null"),
        (rule_set({"Actions": [{"Drop": None}]}), "set, got none"),
        (rule_set(None), "be a structure, got null"),
    ],
)  # fmt: skip
def test_a_null_is_no_value(
    service_model: ServiceModel, parameters: dict[str, Any], requirement: str
) -> None:
    assert requirement in refusal(service_model, "CreateRuleSet", parameters)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**400])
def test_numbers_without_a_place_in_a_double_are_refused(
    service_model: ServiceModel, number: float
) -> None:
    condition = {
        "NumberExpression": {
            "Evaluate": {"Attribute": "MESSAGE_SIZE"},
            "Operator": "EQUALS",
            "Value": number,
        }
    }
    rule = {"Conditions": [condition], "Actions": [{"Drop": {}}]}
    assert "fit the type double" in refusal(service_model, "CreateRuleSet", rule_set(rule))


def test_a_password_is_never_repeated(service_model: ServiceModel) -> None:
    request = {
        "IngressPointName": "auth",
        "Type": "AUTH",
        "RuleSetId": "rs-1",
        "TrafficPolicyId": "tp-1",
        "IngressPointConfiguration": {"SmtpPassword": "p\u00e4ssword\u00e9"},
    }
    message = refusal(service_model, "CreateIngressPoint", request)
    assert "Value at 'ingressPointConfiguration.smtpPassword'" in message
    assert "ssword\u00e9" not in message


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("-----BEGIN CERTIFICATE-----\r\n\tMIIB+/=\n", True),
        ("# Soci\u00e9t\u00e9 \u65e5\u672c\u8a9e", True),
        ("", True),
        ("\x00", False),
        ("\u00e9\x00", False),
        ("\u200b", False),  # zero width space: a format character
        ("\ue000", False),  # private use
        ("\u0378", False),  # unassigned
        ("\u00a0\u2028", True),  # separators are no control characters
        ("\u00e9\v\f", True),
    ],
)
def test_certificates_hold_anything_but_control_characters_and_any_space(
    text: str, fits: bool
) -> None:
    assert matcher(CERTIFICATE)(text) is fits


def test_digits_and_letters_of_patterns_are_ascii_as_in_java() -> None:
    assert matcher(r"\d{3}")("123")
    assert not matcher(r"\d{3}")("\u0661\u0662\u0663")
    assert not matcher(r"[\w\-]{1,256}")("\u00e9")


def test_a_text_that_a_careless_pattern_does_not_match_is_refused_at_once() -> None:
    # Tried as it stands, this pattern of the model takes 2**42 steps.
    assert not matcher(r"(([0-9]|.|:|/)*)")("1" * 42 + "\n")


def test_every_pattern_of_the_model_can_be_used(service_model: ServiceModel) -> None:
    patterns = {
        shape.metadata["pattern"]
        for shape in map(service_model.shape_for, service_model.shape_names)
        if "pattern" in shape.metadata
    }
    assert len(patterns) > 20
    assert {type(matcher(pattern)("x")) for pattern in patterns} == {bool}


def test_the_statuses_are_those_of_the_model(service_model: ServiceModel) -> None:
    errors = {
        shape.name: shape.metadata["error"]["httpStatusCode"]
        for shape in map(service_model.shape_for, service_model.shape_names)
        if shape.metadata.get("exception")
    }
    assert errors == STATUS


# Requests that are nearly right: a member too many or too few, a value of another type.

WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=2), st.just([]), st.just({})
)


def values(shape: Any) -> st.SearchStrategy[Any]:
    """Mostly right values of a shape."""
    return st.integers(0, 9).flatmap(lambda roll: WRONG if roll == 0 else right(shape))


def right(shape: Any) -> st.SearchStrategy[Any]:
    match shape.type_name:
        case "structure":
            return structures(shape)
        case "list":
            return st.lists(st.deferred(lambda: values(shape.member)), max_size=2)
        case "string":
            texts = st.text(st.characters(codec="ascii"), max_size=12)
            return st.one_of(texts, st.sampled_from(shape.enum)) if shape.enum else texts
        case "integer" | "long":
            return st.integers(-1, 100)
        case _:
            return st.floats()


@st.composite
def structures(draw: st.DrawFn, shape: Any) -> dict[str, Any]:
    if shape.is_tagged_union and draw(st.integers(0, 9)):
        names = [draw(st.sampled_from(list(shape.members)))]
    else:
        names = [
            name
            for name in shape.members
            if draw(st.integers(0, 9)) < (9 if name in shape.required_members else 3)
        ]
    members = {name: draw(values(shape.members[name])) for name in names}
    if draw(st.integers(0, 19)) == 0:
        members["Unknown"] = draw(WRONG)
    return members


def without_null_members(value: Any) -> Any:
    """Null stands for an absent member; nulls in lists stay."""
    if isinstance(value, dict):
        return {k: without_null_members(v) for k, v in value.items() if v is not None}
    return [without_null_members(v) for v in value] if isinstance(value, list) else value


OPERATIONS = [
    "CreateRuleSet",
    "UpdateRuleSet",
    "CreateTrafficPolicy",
    "CreateIngressPoint",
    "UpdateIngressPoint",
    "CreateRelay",
    "CreateArchive",
    "CreateAddressList",
    "ListMembersOfAddressList",
    "TagResource",
]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_botocore_refuses_is_refused(service_model: ServiceModel, operation: str) -> None:
    shape: Any = service_model.operation_model(operation).input_shape
    refused_by_botocore = 0

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(structures(shape))
    def agree(parameters: dict[str, Any]) -> None:
        nonlocal refused_by_botocore
        if ParamValidator().validate(without_null_members(parameters), shape).has_errors():
            refused_by_botocore += 1
            with pytest.raises(ServiceError):
                validate(shape, parameters)

    agree()
    assert refused_by_botocore > 0
