"""JSON documents of one name gain optional members only: what reads them today reads them later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cli.commands.schema import published

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).parent
KEPT = sorted(HERE.glob("*/schemas/*.schema.json"))


def broken(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """What a reader or writer of the old schema may stumble over in the new one."""
    if isinstance(old, dict) and isinstance(new, dict):
        if sorted(old.get("required", [])) != sorted(new.get("required", [])):
            yield f"{at}/required: {old.get('required')} → {new.get('required')}"
        for key in old.keys() - {"required", "description", "title", "$id", "enum", "pattern"}:
            if key not in new:
                yield f"{at}/{key}: is gone"
            else:
                yield from broken(old[key], new[key], f"{at}/{key}")
        yield from (f"{at}/enum: {each} is gone" for each in gone(old, new))
    elif old != new and not (isinstance(old, list) and isinstance(new, list)):
        yield f"{at}: {old} → {new}"


def gone(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Any]:
    """The values that may not stand there any more."""
    left = new.get("enum", old.get("enum", []))
    return [each for each in old.get("enum", []) if each not in left]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_document_gains_optional_members_only(path: Path) -> None:
    name = path.name.removesuffix(".schema.json")
    old = json.loads(path.read_text(encoding="utf-8"))
    assert list(broken(old, published()[name])) == []


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, []),
        (
            {"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a", "b"]},
            ["/required: ['a'] → ['a', 'b']"],
        ),
        (
            {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
            ["/properties/a/type: string → integer"],
        ),
        ({"properties": {"b": {}}, "required": ["a"]}, ["/properties/a: is gone"]),
    ],
)
def test_what_would_break_a_reader_is_found(new: dict[str, Any], found: list[str]) -> None:
    old = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert list(broken(old, new)) == found


@pytest.mark.parametrize("kind", ["snapshot", "history"])
def test_what_was_kept_fits_the_schemas_of_today(kind: str) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import

    validator = Draft202012Validator(published()[kind])
    ending = {"snapshot": "*.snapshot.json", "history": "*.entry.json"}[kind]
    found = [json.loads(path.read_text("utf-8")) for path in HERE.glob(f"*/snapshots/*/{ending}")]
    assert found
    for document in found:
        whole = {"schema": "mmctl/history@1", "entries": [document]}
        validator.validate(document if kind == "snapshot" else whole)
