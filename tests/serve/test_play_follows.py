"""What follows an edit on the page of `play`: the problems of lint, and how the cases go."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from mmctl.cli.main import exit_code
from mmctl.cli.playing import bench_of
from mmctl.cli.run import Run
from mmctl.serve.play import case_rounds
from mmctl.serve.play.edit_problems import EditProblems
from mmctl.serve.play.newest import NewestEdits
from serve.playing import GATEWAY, Playing, playing, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mmctl.render.html.play_problems import ProblemsShown

RULES = "rules/rules.yaml"
TAB = "one"
BLOCKED = "cidr_matches: [192.0.2.0/24"
WIDER = f"{BLOCKED}, 203.0.113.0/24"
UNREACHABLE = """\
  - name: drop-all
    actions: [drop]
  - name: after-all
    conditions:
      - subject: {contains: [hello, hello world]}
    actions: [drop, {archive: {to: compliance-7y}}]
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    """The page of a project that no test of this module changes."""
    with playing(tmp_path_factory.mktemp("play") / "gateway") as found:
        yield found


def text_of(page: Playing, path: str = RULES) -> str:
    return (page.folder / path).read_text(encoding="utf-8")


def judged(page: Playing, edits: dict[str, str], tab: str = TAB) -> dict[str, Any]:
    """What an edit is answered at once."""
    return page.judge(edits=edits, tab=tab, case="a blocked network is dropped")


def linted(page: Playing, edits: dict[str, str], tab: str = TAB) -> dict[str, Any]:
    """What follows for the whole project."""
    judged(page, edits, tab)
    return page.ask("/play/lint", {"edits": edits, "tab": tab}).data


def ran(page: Playing, edits: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    """The answers until all cases ran."""
    judged(page, edits)
    found: list[dict[str, Any]] = []
    while not found or found[-1]["more"]:
        asked = {"edits": edits, "tab": TAB, **more} if not found else {"edits": edits, "tab": TAB}
        found.append(page.ask("/play/cases", asked).data)
    return found


def listed(html: str) -> set[tuple[str, str]]:
    """Place and check of each problem in a list."""
    return {
        (place, check)
        for place, check in re.findall(
            r"<li[^>]*><(?:button|code)[^>]*>(.*?)</.*?<small>\[(.*?)\]", unescape(html), re.DOTALL
        )
    }


def unreachable_in_rules(found: dict[str, Any]) -> set[int]:
    """The lines of rules that no message reaches."""
    return {
        int(place.split(":")[1])
        for place, check in listed(found["problems"])
        if check == "unreachable-rule" and place.startswith(RULES)
    }


def by_command(
    page: Playing, edits: dict[str, str], folder: Path, capsys: Any, *words: str
) -> dict[str, Any]:
    """What a command says of a copy that has the edits."""
    shutil.copytree(page.folder, folder, dirs_exist_ok=True)
    for path, text in edits.items():
        (folder / path).write_text(text, encoding="utf-8")
    capsys.readouterr()
    exit_code(["-C", str(folder), *words, "--format", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_problems_of_edits_are_those_that_lint_reports(
    page: Playing, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = text_of(page)
    before = tree(page.folder)
    edits: tuple[dict[str, str], ...] = (
        {},
        {RULES: rules + UNREACHABLE},
        {RULES: rules.replace("- name: mark-spf", "- name: mark-spam")},
        {RULES: rules.replace("equals: FAIL", "equals: FAILED")},
        {"mmctl.yaml": text_of(page, "mmctl.yaml").replace("acme", "acme2")},
    )
    for number, each in enumerate(edits):
        found = linted(page, each)
        said = by_command(page, each, tmp_path / str(number), capsys, "lint", "--all")["problems"]
        wanted = {(f"{at['file']}:{at['line']}:{at['column']}", at["check"]) for at in said}
        assert listed(found["problems"]) == wanted, each
        assert found["whole"]
    assert tree(page.folder) == before


def test_what_edits_add_is_told_apart_from_what_the_files_have(page: Playing) -> None:
    rules = text_of(page)
    linted(page, {})
    found = linted(page, {RULES: UNREACHABLE.join(("rules:\n", "")).join(rules.split("rules:\n"))})
    new, _, old = found["problems"].partition("<details")
    assert "unreachable-rule" in {check for _, check in listed(new)}
    assert {check for _, check in listed(old)} == {"forgeable-exception"}
    assert found["problems_said"].endswith("new problems, 1 old one")
    fixed = linted(page, {RULES: rules.replace("mail_from: {in_address", "from: {in_address")})
    assert "your edits fix 1 problem of the files" in fixed["problems"]
    broken = linted(page, {RULES: rules.replace("version: 1", "version: x")})
    assert "your edits fix" not in broken["problems"]


def test_problems_of_single_rules_come_at_once_and_others_move_with_their_lines(
    page: Playing,
) -> None:
    rules = text_of(page)
    edits = {RULES: rules + UNREACHABLE}
    first = judged(page, edits, tab="typing")
    at_once = {check for _, check in listed(first["problems"])}
    assert ("actions-after-drop" in at_once, "unreachable-rule" in at_once) == (True, False)
    assert not first["whole"]
    whole = linted(page, edits, tab="typing")
    (number,) = unreachable_in_rules(whole)
    assert whole["problem_lines"][RULES][str(number)][0] == "error"
    below = judged(page, {RULES: f"# one more line\n{edits[RULES]}"}, tab="typing")
    assert unreachable_in_rules(below) == {number + 1}


def test_newer_edits_stop_what_follows_older_ones_of_the_same_tab_alone(page: Playing) -> None:
    rules = text_of(page)
    older, newer = {RULES: f"{rules}# older\n"}, {RULES: f"{rules}# newer\n"}
    judged(page, older, tab="first")
    judged(page, older, tab="second")
    judged(page, newer, tab="first")
    for path in ("/play/lint", "/play/cases"):
        assert page.ask(path, {"edits": older, "tab": "first"}).data == {"stopped": True}
        assert page.ask(path, {"edits": older, "tab": "nobody"}).data == {"stopped": True}
        assert "stopped" not in page.ask(path, {"edits": older, "tab": "second"}).data
        assert "stopped" not in page.ask(path, {"edits": newer, "tab": "first"}).data


def test_cases_go_as_simulate_says(
    page: Playing, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = text_of(page)
    for number, edits in enumerate(
        ({}, {RULES: rules.replace(BLOCKED, WIDER)}, {RULES: rules.replace("FAIL", "PASS")})
    ):
        found = ran(page, edits)[-1]
        said = by_command(page, edits, tmp_path / str(number), capsys, "simulate")["cases"]
        failed = [case["name"] for case in said if not case["passed"]]
        shown = re.findall(r"<button[^>]*data-case[^>]*>(.*?)</button>", found["cases"])
        assert [unescape(each) for each in shown] == failed
        assert found["cases_failed"] is bool(failed)
        for case in said:
            if not case["passed"]:
                assert all(reason in unescape(found["cases"]) for reason in case["reasons"])
    wider = ran(page, {RULES: rules.replace(BLOCKED, WIDER)})[-1]
    assert wider["cases_said"] == "2 of 4 cases failed"
    text = re.sub(r"<[^>]+>", "", unescape(wider["cases"]))
    assert "2 fail with your edits" in text
    assert "cfo@example.com: expected delivered, got dropped by `block-network`" in text


def test_cases_that_end_differently_and_pass_are_named(tmp_path: Path) -> None:
    with playing(tmp_path / "gateway") as page:
        file = page.folder / "cases" / "cases.yaml"
        cases = file.read_text().replace("{outcome: dropped, by: block-network}", "dropped")
        file.write_text(cases)
        rules = text_of(page).replace("block-network", "block-nets")
        text = re.sub(r"<[^>]+>", "", unescape(ran(page, {RULES: rules})[-1]["cases"]))
        assert "1 end differently, and pass" in text
        assert "by the files dropped by block-network, now dropped by block-nets" in text


def test_the_cases_that_an_edit_concerns_run_first(
    page: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_rounds, "PORTION", 1)
    rules = text_of(page)
    assert len(ran(page, {}, again=True)) == 4
    edits = {RULES: rules.replace("message_size: {greater_than: 10MB}", "subject: {equals: X}")}
    first, *more = ran(page, edits)
    assert first["cases_said"] == "1 of 4 cases: 1 failed"
    assert "large mail with a failed SPF" in first["cases"]
    assert len(more) == 3
    # What failed a moment ago comes first again, wherever the next edit is.
    first, *_ = ran(page, {RULES: f"{edits[RULES]}# and a comment\n"})
    assert first["cases_said"] == "1 of 4 cases: 1 failed"
    named = {RULES: rules.replace("[192.0.2.0/24]", "[192.0.2.0/28]")}
    first, *_ = ran(page, named, case="a lookalike is dropped, but not from a partner [2]")
    assert first["cases_said"] == "1 of 4 cases"


def test_cases_wait_for_rules_that_can_be_used_and_say_which_name_is_gone(page: Playing) -> None:
    rules = text_of(page)
    waiting = ran(page, {RULES: rules.replace("actions: [drop]", "actions: [drp]")})[-1]
    assert waiting["cases_said"] == "cases wait"
    gone = ran(page, {RULES: rules.replace("name: block-network", "name: block-nets")})[-1]
    assert gone["cases_said"] == "1 of 4 cases failed"
    assert "there is no rule `block-network`" in unescape(gone["cases"])
    assert "cases/cases.yaml:17" in gone["cases"]


def test_a_message_on_disk_counts_anew_when_cases_run_again(tmp_path: Path) -> None:
    with playing(tmp_path / "gateway") as page:
        assert ran(page, {})[-1]["cases_said"] == "4 cases passed"
        file = page.folder / "cases" / "messages" / "lookalike.eml"
        file.write_bytes(file.read_bytes().replace(b"examp1e", b"example"))
        assert ran(page, {}, again=True)[-1]["cases_failed"]
        file.unlink()
        gone = ran(page, {}, again=True)[-1]
        assert "message file `cases/messages/lookalike.eml` does not exist" in gone["cases"]


def test_a_case_that_fills_its_message_up_is_saved_again_as_it_is(tmp_path: Path) -> None:
    name = "large mail with a failed SPF is marked and delivered"
    with playing(tmp_path / "gateway") as page:
        shown = page.case(name)
        assert shown["filled"] == 12_000_000
        asked = {"case": name, "form": shown["form"], "way": shown["way"]}
        saved = page.ask("/play/save", {**asked, "file": "cases/again.yaml", "called": "again"})
        assert saved.data["written"] == ["cases/again.yaml"]
        case = YAML(typ="safe").load((page.folder / "cases" / "again.yaml").read_text())["cases"][0]
        assert case["message"]["subject"] == "Plans"
        assert "mark-large" in case["expect"]["b@example.com"]["rules"]
        assert exit_code(["-C", str(page.folder), "simulate", "--run", "^again$"]) == 0
        # A message that somebody changed counts as it is.
        typed = {**asked, "message": {"text": shown["text"]}, "name": "typed"}
        saved = page.ask("/play/save", {**typed, "file": "cases/typed.yaml", "called": "typed"})
        assert saved.data["written"] == ["cases/typed.yaml", "cases/messages/typed.eml"]


def test_no_text_of_a_case_or_a_problem_becomes_markup(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>\u202e"
    with playing(tmp_path / "gateway", source=GATEWAY) as page:
        file = page.folder / "cases" / "cases.yaml"
        text = file.read_text().replace("a blocked network is dropped", json.dumps(evil))
        file.write_text(text.replace("outcome: dropped", "outcome: stored"))
        rules = text_of(page)
        found = judged(page, {RULES: f"{rules}  - {json.dumps(evil)}: 1\n"})
        cases = ran(page, {RULES: f"{rules}# {evil}\n"})[-1]
        raw = f"{found['problems']}{found['problem_lines']}{cases['cases']}{cases['cases_said']}"
        assert "<img" not in f"{found['problems']}{cases['cases']}"
        assert "&lt;img" in cases["cases"]
        assert "\u202e" not in raw


def test_a_page_that_is_open_over_midnight_says_what_has_expired(tmp_path: Path) -> None:
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    days = [date(2026, 3, 2)]
    bench = bench_of(Run(directory=tmp_path, today=days[0]))
    problems = EditProblems(bench, lambda: days[-1], NewestEdits(ends=lambda: False))
    rules = (tmp_path / RULES).read_text(encoding="utf-8")
    edits = {
        RULES: rules.replace(
            "- name: block-network", "- name: block-network\n    expires: 2026-12-31"
        )
    }

    def shown() -> set[str]:
        first = problems.at_once(bench.edited(edits), TAB)
        whole = problems.whole(edits, TAB)
        assert ("expired-rule" in checks(first)) == ("expired-rule" in checks(whole))
        return checks(whole)

    def checks(found: ProblemsShown) -> set[str]:
        return {each.check for each in (*found.new, *found.old)}

    assert "expired-rule" not in shown()
    days.append(date(2027, 1, 1))
    assert "expired-rule" in shown()
