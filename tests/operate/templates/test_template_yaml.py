"""Whatever a template holds, YAML that is written of it is read as the same."""

from __future__ import annotations

import json
from typing import Any, Final

from cfnlint import decode

from mmctl.operate.templates.intrinsic import base64, equals, if_, join, ref, select, sub
from mmctl.operate.templates.template import Condition, Template, TemplateResource, TemplateSection
from mmctl.render.documents.template_yaml import as_yaml

TEXTS: Final = (
    *("yes", "No", "on", "null", "~", "true", "y", "1", "1.0", "0x1f", "1e3", "2026-11-29", ""),
    *("a: b", "a:", "- a", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "? a"),
    *("[a]", "{a}", "a, b", "'a'", '"a"', "a\\b", " a", "a ", "a\tb", "\ta", "::", "a::b", "a:b:c"),
    *("a\n", "a\nb", "a\nb\n", "a\n\nb\n", " a\nb\n", "a \nb\n", "a\n\n", "\n", "\na\n", "a\n b\n"),
    *("é", "中文", "\u202e", "\x1b[31m", "\u2028", "a\rb", "x" * 300, "=", "<<", "key: |\n  x\n"),
    *("${A}", "arn:aws:s3:::b/*", "mmctl:project", "AWS::S3::Bucket", "a (b) c", "it's; fine"),
)


def template(value: Any) -> Template:
    bucket = TemplateResource(
        name="Bucket",
        type="AWS::S3::Bucket",
        comment="What\nstrangers wrote: \u202e # a",
        properties={"BucketName": value},
    )
    section = TemplateSection(
        title="A\nb",
        comment="c\nd",
        conditions=(Condition(name="Has", value=equals(ref("AWS::Region"), "")),),
        resources=(bucket,),
    )
    return Template(description="d\ne: f", tags={}, sections=(section,), notes=("g\nh",))


def test_every_text_is_read_as_it_was() -> None:
    wrong = []
    for text in TEXTS:
        for value in (text, {text or "k": text}, [text, [text]], sub(text), join(text, [text])):
            made = template(value)
            read, problems = decode.decode_str(as_yaml(made))
            if problems or json.dumps(read) != json.dumps(made.document()):
                wrong.append(repr(value))
    assert wrong == []


def test_functions_lists_and_empty_values_are_read_as_they_were() -> None:
    values: tuple[Any, ...] = (
        {},
        [],
        [[]],
        [{}],
        [{"a": [{"b": "c"}], "d": {}}],
        [[{"a": "b"}, "c"]],
        base64(sub("#!/bin/sh\necho ${A}\n")),
        base64(join("", ["a", ref("B")])),
        if_("Has", {"a": ref("B")}, ref("AWS::NoValue")),
        select(0, {"Fn::GetAZs": ""}),
        {"Fn::GetAtt": ["A", "B.C"]},
        {"Ref": "A", "Other": 1},
        [if_("Has", "a", "b"), sub("x\ny\n")],
        [True, None, 1, 1.5, "1"],
    )
    for value in values:
        made = template(value)
        read, problems = decode.decode_str(as_yaml(made))
        assert not problems
        assert json.dumps(read) == json.dumps(made.document()), value
