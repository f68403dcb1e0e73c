"""`mmctl simulate` as it is typed: exit codes, streams and formats."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROJECT = {
    "mmctl.yaml": """
version: 1
project: test
rules: ["rules/*.yaml"]
cases: ["cases/*.yaml"]
""",
    "rules/all.yaml": """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
rule_sets:
  inbound:
    rules:
      - name: block
        conditions: [{spf: {equals: FAIL}}, {helo: {ends_with: .example.net}}]
        actions: [drop]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
""",
    "cases/all.yaml": """
version: 1
cases:
  - name: good mail
    message: hello.eml
    verdicts: {spf: PASS}
    expect: {b@example.com: delivered}
  - name: "bad mail & more"
    message: hello.eml
    session: {helo: mx.example.net}
    verdicts: {spf: FAIL}
    expect: {b@example.com: EXPECTED}
""",
    "cases/hello.eml": "Return-Path: <a@example.org>\nFrom: a@example.org\nSubject: Hi\n\nbody\n",
}
Ran = tuple[int, str, str]


@pytest.fixture(name="mmctl")
def mmctl_fixture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run `mmctl` in a project: exit code, standard output, standard error."""

    def mmctl(*arguments: str, expected: str = "dropped", **other: str) -> Ran:
        for name, text in {**PROJECT, **other}.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.replace("EXPECTED", expected), encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        code = exit_code(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return mmctl


def document(text: str) -> dict[str, Any]:
    """A JSON document that its schema allows."""
    schema = files("mmctl.render").joinpath("schemas/simulate.schema.json").read_text("utf-8")
    validator = Draft202012Validator(json.loads(schema))
    read: dict[str, Any] = json.loads(text)
    assert list(validator.iter_errors(read)) == []
    return read


class TestCases:
    def test_all_pass(self, mmctl: Callable[..., Ran]) -> None:
        assert mmctl("simulate") == (0, "2 cases: 2 passed\n", "")

    def test_one_fails(self, mmctl: Callable[..., Ran]) -> None:
        code, out, _ = mmctl("simulate", expected="delivered")
        assert code == 1
        assert "FAIL  bad mail & more  cases/all.yaml:8\n" in out
        assert "outcome: expected delivered\n" in out
        assert "got dropped by `block`  (rules/all.yaml:8)\n" in out
        assert out.endswith("2 cases: 1 failed, 1 passed\n")

    def test_run_chooses_by_name(self, mmctl: Callable[..., Ran]) -> None:
        assert mmctl("simulate", "--run", "^good", expected="lost")[:2] == (0, "1 case: 1 passed\n")

    def test_an_empty_choice_fails_only_where_that_is_asked_for(
        self, mmctl: Callable[..., Ran]
    ) -> None:
        assert mmctl("simulate", "--run", "nothing")[:2] == (0, "no cases\n")
        assert mmctl("simulate", "--run", "nothing", "--fail-on-empty")[0] == 1

    def test_a_pattern_that_is_none(self, mmctl: Callable[..., Ran]) -> None:
        code, out, err = mmctl("simulate", "--run", "(")
        assert (code, out) == (64, "")
        assert "`--run (` is not a regular expression" in err

    def test_a_case_that_makes_no_sense_fails_and_the_others_run(
        self, mmctl: Callable[..., Ran]
    ) -> None:
        broken = "version: 1\ncases:\n  - {name: x, message: {from: a@example.org}}\n"
        code, out, err = mmctl("simulate", **{"cases/broken.yaml": broken})
        assert (code, out) == (1, "2 cases: 2 passed\n")
        assert "the case expects nothing" in err

    def test_a_message_that_is_not_there_fails_its_case(self, mmctl: Callable[..., Ran]) -> None:
        text = PROJECT["cases/all.yaml"].replace("hello.eml", "gone.eml", 1)
        code, out, _ = mmctl("simulate", **{"cases/all.yaml": text})
        assert code == 1
        assert "message file `cases/gone.eml` does not exist" in out

    def test_a_project_with_errors_is_not_simulated(self, mmctl: Callable[..., Ran]) -> None:
        code, out, err = mmctl("simulate", **{"rules/all.yaml": "version: 1\nrule_sts: {}\n"})
        assert (code, out) == (1, "")
        assert "rule_sts" in err

    def test_json(self, mmctl: Callable[..., Ran]) -> None:
        code, out, _ = mmctl("simulate", "--format", "json", "--coverage", expected="delivered")
        read = document(out)
        assert code == 1
        assert [(case["name"], case["passed"]) for case in read["cases"]] == [
            ("good mail", True),
            ("bad mail & more", False),
        ]
        assert read["coverage"]["percent"] == 100

    def test_junit_names_the_cases_that_passed_too(self, mmctl: Callable[..., Ran]) -> None:
        code, out, _ = mmctl("simulate", "--format", "junit", expected="delivered")
        suite = ET.fromstring(out).find("testsuite")  # noqa: S314 - our own output
        assert suite is not None
        assert code == 1
        assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
        good, bad = suite.findall("testcase")
        assert (good.get("name"), good.find("failure")) == ("good mail", None)
        failure = bad.find("failure")
        assert failure is not None
        assert "expected delivered, got dropped by `block`" in str(failure.get("message"))

    def test_coverage_lists_what_no_case_applies(self, mmctl: Callable[..., Ran]) -> None:
        code, out, _ = mmctl("simulate", "--run", "good", "--coverage")
        assert code == 0
        assert "coverage: cases apply 1 of 2 rules, 50 %\n" in out
        assert "  inbound/block  never applied  rules/all.yaml:8\n" in out

    @pytest.mark.parametrize(("least", "code"), [("50", 0), ("51", 1)])
    def test_coverage_may_be_too_low(
        self, mmctl: Callable[..., Ran], least: str, code: int
    ) -> None:
        assert mmctl("simulate", "--run", "good", "--coverage-min", least)[0] == code


class TestMessages:
    MESSAGE = ("simulate", "cases/hello.eml")
    TO = ("--rcpt", "b@example.com")

    def test_what_is_known_is_named_with_where_it_comes_from(
        self, mmctl: Callable[..., Ran]
    ) -> None:
        code, out, _ = mmctl(*self.MESSAGE, *self.TO, "--spf", "pass")
        assert code == 0
        assert "  Return-Path: mail_from a@example.org\n" in out
        assert "  options: recipients b@example.com, spf PASS\n" in out
        assert "  b@example.com  delivered  by deliver\n" in out

    def test_what_is_missing_is_named_with_a_command_line_that_works(
        self, mmctl: Callable[..., Ran]
    ) -> None:
        code, out, _ = mmctl(*self.MESSAGE, *self.TO)
        assert code == 0
        assert "unknown    delivered or dropped; unknown: spf, helo\n" in out
        line = out.splitlines()[-1].strip()
        assert line == (
            "mmctl simulate cases/hello.eml --rcpt b@example.com --spf PASS --helo mail.example.org"
        )
        assert "unknown" not in mmctl(*line.split()[1:])[1]

    def test_strict_exits_with_4_where_an_outcome_is_unknown(
        self, mmctl: Callable[..., Ran]
    ) -> None:
        assert mmctl(*self.MESSAGE, *self.TO, "--strict")[0] == 4
        assert mmctl(*self.MESSAGE, *self.TO, "--strict", "--spf", "PASS")[0] == 0

    def test_recipients_are_never_guessed(self, mmctl: Callable[..., Ran]) -> None:
        code, out, _ = mmctl(*self.MESSAGE, "--strict")
        assert code == 4
        assert "the recipients are unknown" in out
        assert "--rcpt" in out

    def test_assumed_verdicts_are_printed(self, mmctl: Callable[..., Ran]) -> None:
        code, out, _ = mmctl(*self.MESSAGE, *self.TO, "--assume", "pass", "--strict")
        assert code == 0
        assert "assumed: spf PASS (--assume pass)" in out

    def test_a_trace_shows_values_as_compared(self, mmctl: Callable[..., Ran]) -> None:
        options = ("--spf", "FAIL", "--helo", "MX.Example.NET", "--trace")
        _, out, _ = mmctl(*self.MESSAGE, *self.TO, *options)
        assert '        helo ends_with ".example.net"; it is "MX.Example.NET"\n' in out
        assert "      1 block: applied\n" in out
        assert "        > drop\n    = dropped by block\n" in out

    def test_readings_that_would_change_the_outcome_are_named(
        self, mmctl: Callable[..., Ran]
    ) -> None:
        options = ("--spf", "FAIL", "--helo", "MX.Example.NET")
        _, out, _ = mmctl(*self.MESSAGE, *self.TO, *options)
        assert "outcome depends on `string_case`: dropped, but delivered if sensitive" in " ".join(
            out.split()
        )

    def test_json(self, mmctl: Callable[..., Ran]) -> None:
        code, out, _ = mmctl(*self.MESSAGE, *self.TO, "--spf", "FAIL", "--format", "json")
        (message,) = document(out)["messages"]
        (got,) = message["recipients"]
        assert code == 0
        assert (got["outcome"], got["possible"]) == ("unknown", ["delivered", "dropped"])
        assert got["missing"][0]["states"] == "--helo"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--spf", "MAYBE"), "got `--spf MAYBE`"),
            (("--tls", "TLS1_0"), "got `--tls TLS1_0`"),
            (("--ip", "10.0.0"), "got `--ip 10.0.0`"),
            (("--add-on", "vade"), "got `--add-on vade`"),
            (("--dmarc-policy", "p"), "got `--dmarc-policy p`"),
            (("--assume", "fail"), "got `--assume fail`"),
            (("--ingress-point", "mx"), "there is no ingress point `mx`"),
            (("--rule-set", "inbond"), "there is no rule set `inbond`"),
            (("--run", "x"), "`--run` is for cases, and messages are given"),
            (("--format", "junit"), "messages have no JUnit report"),
        ],
    )
    def test_an_option_that_makes_no_sense_is_refused(
        self, mmctl: Callable[..., Ran], options: tuple[str, str], message: str
    ) -> None:
        code, out, err = mmctl(*self.MESSAGE, *self.TO, *options)
        assert (code, out) == (64, "")
        assert message in err

    def test_options_about_messages_need_messages(self, mmctl: Callable[..., Ran]) -> None:
        code, _, err = mmctl("simulate", "--spf", "PASS")
        assert code == 64
        assert "`--spf` is for messages, and none is given" in err

    def test_a_file_that_is_not_there(self, mmctl: Callable[..., Ran]) -> None:
        code, _, err = mmctl("simulate", "gone.eml", *self.TO)
        assert code == 64
        assert "`gone.eml` does not exist" in err
