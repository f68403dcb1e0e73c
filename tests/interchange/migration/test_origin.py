"""The rule that a rule comes from, read back from the description that an import writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.interchange.migration.origin import origin_of
from mmctl.interchange.migration.source import SourceRule
from mmctl.interchange.migration.tests import ALWAYS
from mmctl.interchange.migration.written import description
from mmctl.problem import Position

NAMES = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs")), min_size=1).filter(
    lambda name: "`" not in name and name.strip() == name and "  " not in name and "$" not in name
)


@given(
    name=NAMES,
    own=st.sampled_from(["", "Why it is there.", "See `Postfix` (a:1)"]),
    text=NAMES,
    system=st.sampled_from(["Exchange", "SES receipt rules", "Postfix", "Google Workspace"]),
    part=st.sampled_from(["", "part 2 of 3", "to be written"]),
)
def test_the_description_of_an_import_names_its_rule(
    name: str, own: str, text: str, system: str, part: str
) -> None:
    rule = SourceRule(
        name=name,
        place=Position(file="rules export.xml", line=12),
        text=text,
        test=ALWAYS,
        description=own,
    )
    found = origin_of(description(rule, system, part))
    assert found is not None
    assert (found.system, found.name, found.place) == (system, name, "rules export.xml:12")


@pytest.mark.parametrize("text", ["", "Blocks `exe` files.", "See `a`: the page (of 2026)"])
def test_a_description_of_somebody_names_no_rule(text: str) -> None:
    assert origin_of(text) is None
