"""`mmctl simulate MESSAGE...`: many messages, other rules, recorded cases; short stays short."""

from __future__ import annotations

import gzip
import io
import json
import sys
import tarfile
from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from mmctl.cli.main import exit_code
from mmctl.cli.messages.batches import BATCH
from mmctl.judge.index.index import Index
from mmctl.render.text.messages import advice, shown_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mmctl.judge.judged import JudgedMessage
    from mmctl.judge.submission import Submission

RULES = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
rule_sets:
  inbound:
    rules:
      - {name: keep, actions: [{archive: {to: vault}}]}
      - name: block
        conditions: [{subject: {contains: offer}}]
        actions: [drop]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
"""
BY_FACTS = """\
      - name: network
        conditions: [{{source_ip: {{cidr_matches: [{network}]}}}}]
        actions: [{{add_header: {{name: X-Net, value: known}}}}]
      - name: marked
        conditions: [{{header: {{name: X-Net, equals: known}}}}, {{spf: {{not_equals: PASS}}}}]
        actions: [drop]
      - name: boss
        conditions: [{{recipient: {{starts_with: boss}}}}]
        actions: [{{replace_recipient: [jo@example.net]}}, {{relay: {{to: exchange}}}}]
"""
DEPENDS = ("reading", "chosen", "other", "outcome", "outcome_if_other")
TO = ("--rcpt", "b@example.com")
Ran = tuple[int, str, str]


@pytest.fixture(name="mmctl")
def mmctl_fixture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run `mmctl` in a folder with rules: exit code, standard output, standard error."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def mmctl(*arguments: str) -> Ran:
        code = exit_code(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return mmctl


def mail(subject: str, *more: str) -> bytes:
    lines = ["From: a@example.org", f"Subject: {subject}", *more]
    return ("\n".join(lines) + "\n\nbody\n").encode()


def archive(path: Path, *messages: bytes) -> None:
    with tarfile.open(path, "w") as tar:
        for number, content in enumerate(messages):
            member = tarfile.TarInfo(f"{number:04}.eml")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def document(text: str) -> dict[str, Any]:
    """A JSON document that its schema allows, written as `json.dumps` writes it."""
    schema = files("mmctl.render").joinpath("schemas/simulate.schema.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    assert list(Draft202012Validator(json.loads(schema)).iter_errors(read)) == []
    assert text == json.dumps(read, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return read


def every_kind_of_mail() -> Iterator[bytes]:
    """Messages with and without each of the facts that rules ask for."""
    for to in ("b@example.com", "boss@example.com, c@example.com", ""):
        for client in ("203.0.113.7", "192.0.2.7", "198.51.100.7", ""):
            for spf in ("pass", "fail", "", ""):
                headers = [f"Delivered-To: {to}"] * bool(to)
                headers += [f"Received: from x ([{client}]) by in.example.com"] * bool(client)
                headers += [f"Authentication-Results: in.example.com; spf={spf}"] * bool(spf)
                yield mail("an offer" if spf else "=?utf-8?b?broken", *headers)


def change(difference: dict[str, Any]) -> str:
    before, after = difference["before"]["outcome"], difference["after"]["outcome"]
    return f"{after}, by other actions" if before == after else f"{before} → {after}"


def expected_lines(messages: list[dict[str, Any]], *, differing: bool) -> Iterator[str]:
    """A line for each recipient, from the records of messages."""
    for message in messages:
        name = message["message"]
        if differing:
            for each in message["differences"]:
                by = f"  by {each['after']['by']}" if each["after"]["by"] else ""
                yield f"{change(each)}  {each['recipient']}{by}  {name}"
            continue
        if not message["recipients"]:
            yield f"unknown    the recipients are unknown  {name}"
        for got in message["recipients"]:
            missing = ", ".join(dict.fromkeys(fact["fact"] for fact in got["missing"]))
            why = f"by {got['by']}" if got["by"] else f"unknown: {missing}"
            yield f"{got['outcome']:<9}  {got['recipient']}  {why}  {name}"


def counted_records(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The summary that follows from the records of messages."""
    recipients = [got for each in messages for got in each["recipients"]]
    differences = [found for each in messages for found in each["differences"]]
    missing = Counter(
        fact
        for got in recipients
        for fact in dict.fromkeys((fact["fact"], fact["states"]) for fact in got["missing"])
    )
    depends = Counter(
        tuple(found[key] for key in DEPENDS) for each in messages for found in each["depends_on"]
    )
    return {
        "messages": len(messages),
        "recipients": len(recipients),
        "without_recipients": sum(not each["recipients"] for each in messages),
        "outcomes": dict(Counter(got["outcome"] for got in recipients)),
        "decided": [
            {"by": by, "outcome": outcome, "recipients": count}
            for (by, outcome), count in Counter(
                (got["by"], got["outcome"]) for got in recipients if got["by"]
            ).most_common()
        ],
        "differing": sum(bool(each["differences"]) for each in messages),
        "differences": dict(Counter(map(change, differences))),
        "missing": [
            {"fact": fact, "states": states, "recipients": count}
            for (fact, states), count in missing.items()
        ],
        "depends_on": [
            {**dict(zip(DEPENDS, found, strict=True)), "recipients": count}
            for found, count in depends.items()
        ],
    }


class NotSure(Index):
    """An index that leaves offers to the evaluator."""

    __slots__ = ()

    def judge(self, submission: Submission) -> JudgedMessage:
        before = self.evaluated
        judged = super().judge(submission)
        self.evaluated = before + ("offer" in submission.email.headers["subject"][0])
        return judged


class TestMany:
    def test_a_line_for_each_and_the_counts(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        archive(tmp_path / "m.tar", mail("plans"), mail("an offer"), mail("OFFER"))
        code, out, _ = mmctl("simulate", "m.tar", *TO)
        assert code == 0
        assert out == (
            "delivered  b@example.com  by deliver  m.tar:0000.eml\n"
            "dropped    b@example.com  by block  m.tar:0001.eml\n"
            "dropped    b@example.com  by block  m.tar:0002.eml\n"
            "3 messages: 1 delivered, 2 dropped\n"
            "by block: 2 dropped\n"
            "by deliver: 1 delivered\n"
            "outcome depends on `text_case`: dropped, but delivered if sensitive, 1\n"
            "  recipient, such as in m.tar:0002.eml\n"
        )

    def test_several_processes_write_the_same(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        subjects = ["plans", "offer", "Grüße\u2028", "OFFER"]
        archive(tmp_path / "m.tar", *(mail(subjects[n % 4]) for n in range(2 * BATCH + 3)))
        for form in ("human", "json"):
            alone = mmctl("simulate", "m.tar", *TO, "--format", form)
            assert mmctl("simulate", "m.tar", *TO, "--format", form, "--workers", "2") == alone

    def test_json_is_streamed_to_the_bytes_of_one_document(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        archive(tmp_path / "m.tar", mail("plans"), mail("offer"))
        read = document(mmctl("simulate", "m.tar", *TO, "--format", "json")[1])
        assert [got["recipients"][0]["outcome"] for got in read["messages"]] == [
            "delivered",
            "dropped",
        ]
        assert read["summary"]["outcomes"] == {"delivered": 1, "dropped": 1}
        # first_match is complete here, and left out where people read.
        assert {each["reading"] for each in read["summary"]["depends_on"]} == {"first_match"}

    def test_json_of_no_message_is_a_document_too(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        archive(tmp_path / "m.tar")
        assert document(mmctl("simulate", "m.tar", *TO, "--format", "json")[1])["messages"] == []

    def test_json_that_breaks_off_is_a_document_all_the_same(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "m.eml").write_bytes(mail("plans"))
        code, out, err = mmctl("simulate", "m.eml", "m.eml", "gone.eml", *TO, "--format", "json")
        assert code == 64
        assert "`gone.eml` does not exist" in err
        assert len(document(out)["messages"]) == 2

    @pytest.mark.parametrize("against", [(), ("--against", "other")], ids=["alone", "against"])
    def test_lines_and_counts_are_those_of_the_records(
        self, mmctl: Callable[..., Ran], tmp_path: Path, against: tuple[str, ...]
    ) -> None:
        for folder, network in ((tmp_path, "203.0.113.0/24"), (tmp_path / "other", "192.0.2.0/24")):
            folder.mkdir(exist_ok=True)
            more = BY_FACTS.format(network=network)
            rules = RULES.replace("      - {name: deliver", f"{more}      - {{name: deliver")
            (folder / "rules.yaml").write_text(rules)
        archive(tmp_path / "m.tar", *every_kind_of_mail())
        lines = mmctl("simulate", "m.tar", "--dkim", "PASS", *against)[1]
        read = document(
            mmctl("simulate", "m.tar", "--dkim", "PASS", *against, "--format", "json")[1]
        )
        expected = list(expected_lines(read["messages"], differing=bool(against)))
        assert lines.splitlines()[: len(expected)] == expected
        assert lines.splitlines()[len(expected)].startswith("48 messages: ")
        read["summary"].pop("judged_rule_by_rule", None)
        assert read["summary"] == counted_records(read["messages"])
        assert {got["outcome"] for each in read["messages"] for got in each["recipients"]} == {
            "delivered",
            "dropped",
            "unknown",
        }

    def test_what_the_index_cannot_decide_is_counted(
        self, mmctl: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive(tmp_path / "m.tar", mail("plans"), mail("offer"), mail("an offer"))
        monkeypatch.setattr("mmctl.cli.messages.judging.Index", NotSure)
        said = "judged rule by rule, which takes longer: 2 messages\n"
        assert said in mmctl("simulate", "m.tar", *TO, "-v")[1]
        assert said not in mmctl("simulate", "m.tar", *TO)[1]
        read = document(mmctl("simulate", "m.tar", *TO, "--format", "json")[1])
        assert read["summary"]["judged_rule_by_rule"] == 2

    def test_it_is_told_why_messages_are_judged_rule_by_rule(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        more = BY_FACTS.format(network="203.0.113.0/24")
        rules = RULES.replace("      - {name: deliver", f"{more}      - {{name: deliver")
        (tmp_path / "rules.yaml").write_text(rules)
        client = "Received: from a.example.org (a.example.org [{}]) by mx.example.com; today"
        inside, outside = client.format("203.0.113.9"), client.format("192.0.2.9")
        archive(tmp_path / "m.tar", mail("one"), mail("two", inside), mail("three", outside))
        said = mmctl("simulate", "m.tar", *TO, "--spf", "FAIL", "-v")[1]
        assert "takes longer: 2 messages (" in said
        assert "1 because facts are missing" in said
        assert "1 because what a rule does counts for others" in said
        limit = [word for number in range(101) for word in ("--rcpt", f"u{number}@example.com")]
        for refused, words in {1: limit, 0: limit[:-2]}.items():
            said = mmctl("simulate", "m.tar", *words, "--spf", "FAIL", "-v")[1]
            assert said.count("because some of many recipients are refused") == refused

    def test_strict_exits_with_4_where_one_outcome_is_unknown(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        archive(tmp_path / "m.tar", mail("plans", "Delivered-To: c@example.com"), mail("plans"))
        code, out, _ = mmctl("simulate", "m.tar", "--strict")
        assert code == 4
        assert "recipients unknown: 1 message\n" in out
        headers = "X-Original-To, Envelope-To, Delivered-To"
        assert f"to state the recipients: one of {headers} in each message\n" in out
        assert "--rcpt" not in out

    def test_a_packed_message_is_a_message(self, mmctl: Callable[..., Ran], tmp_path: Path) -> None:
        (tmp_path / "m.eml.gz").write_bytes(gzip.compress(mail("an offer")))
        assert "b@example.com  dropped    by block" in mmctl("simulate", "m.eml.gz", *TO)[1]

    def test_long_lists_of_paths_are_cut_short_in_the_advice(self) -> None:
        paths = shown_paths([f"{number}.eml" for number in range(9)])
        out = advice((), ("mmctl", "simulate", *paths), no_recipients=True)
        assert out.splitlines()[-1] == "  mmctl simulate 0.eml … --rcpt b@example.com"


class TestShort:
    def test_a_reading_is_one_line_with_the_recipients_it_is_about(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "m.eml").write_bytes(mail("OFFER"))
        many = [word for n in range(5) for word in ("--rcpt", f"b{n}@example.com")]
        out = mmctl("simulate", "m.eml", *many)[1]
        assert out.count("outcome depends on") == 1
        assert "dropped, but delivered if sensitive (all 5\n    recipients)" in out
        verbose = mmctl("simulate", "m.eml", *many, "-v")[1]
        assert "outcome depends on `first_match`: dropped, but stored if yes" in verbose

    def test_a_fact_that_many_conditions_need_is_named_once(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        extra = "".join(
            f"      - {{name: n{n}, conditions: [{{source_ip: {{cidr_matches: [192.0.{n}.0/24]}}}},"
            f" {{header: {{name: X-N, equals: a}}}}], actions: [drop]}}\n"
            for n in range(7)
        )
        head, tail = RULES.split("      - {name: keep", 1)
        text = f"{head}{extra}      - {{name: keep{tail}"
        (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "m.eml").write_bytes(mail("plans", "X-N: a"))
        out = mmctl("simulate", "m.eml", *TO, "--trace")[1]
        assert out.count("unknown: source_ip") == 1
        assert out.count("--ip ") == 1

    def test_very_many_facts_that_are_missing_stay_a_few_lines(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        lists = "".join(f"  list-{n}: {{members: external}}\n" for n in range(20))
        extra = "".join(
            f"      - {{name: n{n}, conditions: [{{from: {{in_address_list: list-{n}}}}}],"
            f" actions: [drop]}}\n"
            for n in range(20)
        )
        rules = RULES.replace("    rules:\n", "    rules:\n" + extra)
        text = f"{rules}address_lists:\n{lists}"
        (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
        archive(tmp_path / "m.tar", mail("plans"), mail("more"))
        out = mmctl("simulate", "m.tar", *TO)[1]
        assert len(out.splitlines()) < 20
        assert "and 15 more; -v lists them" in out
        assert len(mmctl("simulate", "m.tar", *TO, "-v")[1].splitlines()) > 40


class TestAgainst:
    @pytest.fixture(name="compared")
    def compared_fixture(self, mmctl: Callable[..., Ran], tmp_path: Path) -> Callable[..., Ran]:
        """Simulate below `new` against `old`: the rules as they were, one under another name."""
        before = RULES.replace("actions: [drop]", "actions: [{archive: {to: vault}}, stop]")
        for name, text in (("old", before.replace("deliver", "send-on")), ("new", RULES)):
            (tmp_path / name).mkdir()
            (tmp_path / name / "rules.yaml").write_text(text, encoding="utf-8")

        def compared(name: str, *more: str) -> Ran:
            return mmctl("simulate", name, *TO, "-C", "new", "--against", "../old", *more)

        return compared

    def test_parameters_without_a_file_that_takes_them_are_refused(
        self, compared: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "new" / "m.eml").write_bytes(mail("an offer"))
        code, _, err = compared("m.eml", "--parameter", "Stage=live")
        assert code == 64
        assert "got `--parameter`, and `--against ../old` is no file of another tool" in err

    def test_both_outcomes_are_shown_where_they_differ(
        self, compared: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "new" / "m.eml").write_bytes(mail("an offer"))
        out = compared("m.eml")[1]
        assert "b@example.com  dropped    by block\n" in out
        assert "against ../old: stored by block\n" in out
        read = document(compared("m.eml", "--format", "json")[1])
        (difference,) = read["messages"][0]["differences"]
        assert (difference["before"]["outcome"], difference["after"]["outcome"]) == (
            "stored",
            "dropped",
        )
        assert read["summary"]["differences"] == {"stored → dropped": 1}

    def test_another_name_of_a_rule_is_no_difference(
        self, compared: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "new" / "m.eml").write_bytes(mail("plans"))
        out = compared("m.eml")[1]
        assert "against ../old: the same for all recipients" in out

    def test_of_many_messages_those_that_differ_are_listed(
        self, compared: Callable[..., Ran], tmp_path: Path
    ) -> None:
        archive(tmp_path / "new" / "m.tar", mail("plans"), mail("an offer"), mail("more"))
        out = compared("m.tar")[1]
        assert out == (
            "stored → dropped  b@example.com  by block  new/m.tar:0001.eml\n"
            "3 messages: 2 delivered, 1 dropped\n"
            "by deliver: 2 delivered\n"
            "by block: 1 dropped\n"
            "against ../old: 1 of 3 messages treated differently (1 recipient: 1 stored →\n"
            "  dropped)\n"
        )


class TestAuthenticate:
    def test_packages_that_are_missing_are_named_with_what_installs_them(
        self, mmctl: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "m.eml").write_bytes(mail("plans"))
        monkeypatch.setitem(sys.modules, "mmctl.mail.records", None)
        code, out, err = mmctl("simulate", "m.eml", *TO, "--authenticate")
        assert (code, out) == (64, "")
        assert "pip install 'mmctl[authenticate]'" in err

    def test_a_zone_file_that_is_not_there(self, mmctl: Callable[..., Ran], tmp_path: Path) -> None:
        pytest.importorskip("dkim")
        (tmp_path / "m.eml").write_bytes(mail("plans"))
        code, _, err = mmctl("simulate", "m.eml", *TO, "--zone", "gone.zone")
        assert code == 64
        assert "cannot read `gone.zone`: no such file or directory" in err


class TestRecord:
    def test_what_is_recorded_passes_also_where_texts_look_like_variables(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        archive(tmp_path / "m.tar", mail("an offer"), mail("plans"))
        code, _, err = mmctl(
            "simulate", "m.tar", "--rcpt", "${a}@example.com", "--record", "cases.yaml"
        )
        assert code == 0
        assert "wrote messages/0000.eml" in err
        assert mmctl("simulate")[:2] == (0, "2 cases: 2 passed\n")

    def test_a_case_that_was_recorded_fails_when_the_rules_change(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "m.eml").write_bytes(mail("an offer"))
        mmctl("simulate", "m.eml", *TO, "--record", "cases.yaml")
        changed = RULES.replace("contains: offer", "contains: offers")
        (tmp_path / "rules.yaml").write_text(changed, encoding="utf-8")
        code, out, _ = mmctl("simulate")
        assert code == 1
        assert "expected dropped by `block`" in out

    def test_lists_that_stand_in_files_of_their_own_are_known_when_the_case_is_tried(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        rules = RULES.replace("subject: {contains: offer}", "from: {in_address_list: blocked}")
        lists = "address_lists: {blocked: {members_file: blocked.csv}}\n"
        (tmp_path / "rules.yaml").write_text(rules + lists, encoding="utf-8")
        (tmp_path / "blocked.csv").write_text("address\na@example.org\n", encoding="utf-8")
        (tmp_path / "m.eml").write_bytes(mail("plans"))
        code, out, err = mmctl("simulate", "m.eml", *TO, "--record", "-")
        assert (code, err) == (0, "")
        assert "outcome: dropped" in out

    def test_standard_output_gets_the_case_alone(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "m.eml").write_bytes(mail("an offer"))
        out = mmctl("simulate", "m.eml", *TO, "--record", "-")[1]
        assert out.startswith("# Recorded from what happened")
        assert "    message: ../m.eml\n" in out

    def test_one_process_records(self, mmctl: Callable[..., Ran], tmp_path: Path) -> None:
        (tmp_path / "m.eml").write_bytes(mail("an offer"))
        code, _, err = mmctl("simulate", "m.eml", *TO, "--record", "cases.yaml", "--workers", "2")
        assert code == 64
        assert "got both `--record` and `--workers 2`" in err


class TestTrace:
    FORKING = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
rule_sets:
  inbound:
    rules:
      - {name: mark, actions: [{add_header: {name: X-Mark, value: "yes"}}]}
      - {name: keep, actions: [{archive: {to: vault}}]}
      - name: fork
        conditions: [{recipient: {equals: team@example.com}}]
        actions: [{replace_recipient: [ann@example.com, bob@example.com]}]
      - name: drop-bob
        conditions: [{recipient: {equals: bob@example.com}}]
        actions: [drop]
      - name: end
        actions:
          - add_header: {name: X-End, value: last}
          - relay: {to: exchange}
"""

    def test_a_fork_is_told_once_and_then_copy_by_copy(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "rules.yaml").write_text(self.FORKING, encoding="utf-8")
        (tmp_path / "m.eml").write_bytes(mail("plans"))
        to = ("--rcpt", "team@example.com", "--rcpt", "carl@example.com")
        out = mmctl("simulate", "m.eml", *to, "--trace")[1]
        team = out.partition("  carl@example.com\n")[0]
        assert team.count("> archive vault\n") == 1
        assert (
            "        > replace_recipient team@example.com → ann@example.com, bob@example.com\n"
            "    copy for ann@example.com: delivered\n"
        ) in team
        assert "    copy for bob@example.com: dropped\n      4 drop-bob: applied\n" in team

    def test_what_goes_where_is_told_with_the_headers_it_has_then(
        self, mmctl: Callable[..., Ran], tmp_path: Path
    ) -> None:
        (tmp_path / "rules.yaml").write_text(self.FORKING, encoding="utf-8")
        (tmp_path / "m.eml").write_bytes(mail("plans"))
        to = ("--rcpt", "team@example.com", "--rcpt", "carl@example.com")
        out = mmctl("simulate", "m.eml", *to, "--trace")[1]
        assert out.partition("  destinations\n")[2] == (
            "    archive vault\n"
            "        for team@example.com, carl@example.com, by keep\n"
            "        + X-Mark: yes\n"
            "    relay exchange\n"
            "        for ann@example.com, carl@example.com, by end\n"
            "        + X-Mark: yes\n"
            "        + X-End: last\n"
        )
