"""The examples of the manual: a company's stacks and module, imported."""

from __future__ import annotations

import pytest

from interchange.infrastructure.company_stacks import EXAMPLES, files
from interchange.infrastructure.essence import essence, imported_back
from mmctl.interchange.cloudformation.reading import import_cloudformation
from mmctl.interchange.migration.source import SourceOptions
from mmctl.interchange.terraform.reading import import_terraform
from mmctl.model.kinds import Kind

LOCAL = (
    "version: 1\nproject: acme\nenvironments:\n  local:\n    endpoint: embedded\n"
    "    vars: {copies_bucket: copies}\ndefault_environment: local\n"
)


@pytest.mark.parametrize("path", files())
def test_the_examples_are_as_they_are_made(path: str) -> None:
    assert (EXAMPLES / path).read_text(encoding="utf-8") == files()[path]


def contents(kind: str) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files().items() if path.startswith(kind)}


def test_every_rule_of_both_tools_comes_along() -> None:
    stacks = import_cloudformation(contents("cloudformation"), SourceOptions())
    module = import_terraform(contents("terraform"), SourceOptions())
    for imported in (stacks, module):
        assert imported.unsaid == imported.refused == []
        assert [*imported.needed] == ["copies_bucket"]
        counts = {
            name: len(rule_set["rules"])
            for name, rule_set in imported.sections[Kind.RULE_SET].items()
        }
        assert counts == {"inbound": 40, "vendors": 36, "outbound": 30}
    kept = ("rule_sets", "relays", "archives", "address_lists")
    there, here = (
        [each for each in essence(imported_back(imported, LOCAL)) if each[0] in kept]
        for imported in (stacks, module)
    )
    assert len(there) == 7
    assert there == here
