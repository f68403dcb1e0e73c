"""The rows of resource kinds are AWS's: every operation noun of the service has one."""

from __future__ import annotations

from typing import Any

import botocore.session

from mmctl.model.kinds import API, KINDS, NAMED_BY, SHOWN, STATUS_SENT, WRITTEN, Kind, Noun

SERVICE = botocore.session.Session().get_service_model("mailmanager")
WITHOUT_ROW = {"AddressListImportJob"}
"""What is created and is no resource: it has no tags, no name, and goes by itself."""
BESIDES = {"ClientToken", "Tags"}


def members(operation: str, side: str) -> dict[str, Any]:
    model = SERVICE.operation_model(operation)
    shape = model.input_shape if side == "request" else model.output_shape
    assert shape is not None, operation
    return dict(shape.members)


def test_every_noun_of_the_service_that_is_created_has_a_row() -> None:
    created = {
        name.removeprefix("Create") for name in SERVICE.operation_names if name.startswith("Create")
    }
    assert created - WITHOUT_ROW == set(API)
    assert set(API) == set(Noun)
    assert set(KINDS) == set(Kind)
    assert list(KINDS) == list(Kind)


def test_rows_name_operations_of_the_service() -> None:
    for resource in API.values():
        noun = resource.noun
        for operation in (f"Create{noun}", f"Get{noun}", f"Delete{noun}", f"List{resource.plural}"):
            assert operation in SERVICE.operation_names, operation
        assert resource.plural in members(f"List{resource.plural}", "answer")
        assert resource.id_member in members(f"Get{noun}", "request")
        assert resource.id_member in members(f"Create{noun}", "answer")


def test_an_update_takes_what_the_row_says() -> None:
    for noun, resource in API.items():
        operation = f"Update{noun}"
        has = operation in SERVICE.operation_names
        takes = set(members(operation, "request")) - {resource.id_member} if has else set()
        assert takes == set(resource.updates), noun


def test_what_an_answer_has_and_no_request_takes_is_what_the_row_says() -> None:
    turned = {"IngressPointAuthConfiguration"}
    for noun, resource in API.items():
        answered = set(members(f"Get{noun}", "answer")) - set(members(f"Create{noun}", "request"))
        assert answered - turned == set(resource.only_answered), noun


def test_a_whole_answer_is_asked_for_with_parameters_that_the_service_has() -> None:
    for noun, resource in API.items():
        optional = set(members(f"Get{noun}", "request")) - {resource.id_member}
        assert optional == resource.get_with.keys(), noun


def test_names_are_as_long_as_the_service_takes_them() -> None:
    for noun, resource in API.items():
        name = members(f"Create{noun}", "request")[resource.name_member]
        if not resource.name_member.endswith("Id"):
            assert resource.longest_name == name.metadata.get("max"), noun


def test_what_cannot_change_in_place_has_words() -> None:
    for kind, row in KINDS.items():
        request = set(members(f"Create{row.api.noun}", "request")) - BESIDES
        fixed = request - set(row.api.updates) - {row.api.name_member}
        assert fixed == row.fixed.keys(), kind
        assert set(row.server_filled) <= request, kind
        assert {member for member in request if "KmsKey" in member} == set(row.keys), kind
        assert set(row.always_sent) <= set(row.api.updates), kind
        for member in row.stand_ins:
            assert member in SERVICE.shape_for(f"Create{row.api.noun}Request").required_members
        assert (STATUS_SENT in row.api.updates) == ("Status" in row.beside), kind


def test_the_orders_are_orders() -> None:
    for order in (SHOWN, WRITTEN):
        assert sorted(order) == sorted(Kind)
    for place in ("shown", "written"):
        places = [getattr(row, place) for row in KINDS.values()]
        assert len(set(places)) == len(places), f"two kinds have the same place `{place}`"


def test_members_that_name_a_resource_name_one_kind() -> None:
    members_of_rows = [member for row in KINDS.values() for member in row.named_by]
    assert len(members_of_rows) == len(NAMED_BY)
