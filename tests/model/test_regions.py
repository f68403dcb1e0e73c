"""The table of regions says what the data it was made from says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from botocore.loaders import create_loader

from mmctl.model.endpoints import PARTITIONS
from mmctl.model.regions import ABSENT, HERE, UNSAID, Availability, availability_in


def test_each_region_of_botocore_is_in_the_table_once_and_no_other() -> None:
    """A region that is new there fails here by name."""
    known = {
        region
        for partition in create_loader().load_data("partitions")["partitions"]
        for region in partition["regions"]
        if not region.endswith("-global")
    }
    assert known == HERE | ABSENT | UNSAID
    assert len(HERE) + len(ABSENT) + len(UNSAID) == len(known)


def test_mail_manager_is_where_cfn_lint_has_its_resource_types() -> None:
    cfnlint = pytest.importorskip("cfnlint")
    folder = Path(cfnlint.__file__).parent / "data" / "schemas" / "providers"
    types = {
        file.stem: len(set(re.findall(r"AWS::SES::MailManager\w+", file.read_text())))
        for file in folder.glob("*-*.json")
    }
    public = {region: count for region, count in types.items() if region not in UNSAID}
    assert {region for region, count in public.items() if count} == HERE
    assert {region for region, count in public.items() if not count} == ABSENT
    assert set(public.values()) == {0, 8}


def test_each_region_has_the_form_of_a_partition() -> None:
    for region in HERE | ABSENT | UNSAID:
        forms = [each.id for each in PARTITIONS if re.fullmatch(each.region, region)]
        assert len(forms) == 1, region


def test_only_the_names_of_the_table_are_regions() -> None:
    assert availability_in("us-east-1") is Availability.HERE
    assert availability_in("cn-north-1") is Availability.ABSENT
    assert availability_in("me-south-1") is Availability.UNSAID
    for wrong in ("eu-west-99", "US-EAST-1", "us-east-1 ", "", "us-east-1a"):
        assert availability_in(wrong) is Availability.NO_REGION, wrong
