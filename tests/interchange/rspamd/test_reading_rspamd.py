"""Rules of rspamd: their meaning beside a plain interpreter of its documents, and the example."""

from __future__ import annotations

import contextlib
import io
import re
from collections import Counter
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interchange.patterns.pattern_texts import holds
from interchange.rspamd.rspamd_example import PLACE, files
from mmctl.cli.main import exit_code
from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.source import Opened, OtherGateway, SourceOptions, Then
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.interchange.rspamd.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.interchange.migration.tests import Test

Mail = dict[str, str]


def source_of(named: Mapping[str, str], beside: Mapping[str, str] | None = None) -> OtherGateway:
    around = {path: text.encode() for path, text in (beside or {}).items()}
    opened = Opened(named={path: text.encode() for path, text in named.items()}, beside=around.get)
    return read(opened, SourceOptions())


def holds_for(test: Test, mail: Mail) -> bool:
    """Whether a message meets a test; what is unseen is never met."""
    match test:
        case Matches(operand="source_ip", values=values):
            return any(ip_address(mail["ip"]) in ip_network(each) for each in values)
        case Matches(operand=operand):
            return holds(test, mail[operand])
        case AllOf(inside):
            return all(holds_for(each, mail) for each in inside)
        case EitherOf(inside):
            return any(holds_for(each, mail) for each in inside)
        case Negated(inner):
            return not holds_for(inner, mail)
        case Near(test=inner):
            return holds_for(inner, mail)
        case Unseen():
            return False


def codes(test: Test) -> Iterator[str]:
    """The differences in a test."""
    match test:
        case Unseen(difference=difference):
            yield difference.code
        case Near(test=inner, difference=difference):
            yield difference.code
            yield from codes(inner)
        case AllOf(inside) | EitherOf(inside):
            for each in inside:
                yield from codes(each)
        case Negated(inner):
            yield from codes(inner)


# What the documents of rspamd say, in few lines.


def texts_looked_up(rule: dict[str, Any], mail: Mail) -> list[str]:
    if rule["type"] == "header":
        return [mail["subject"]]
    address = mail["mail_from" if rule["type"] == "from" else "recipient"]
    user, _, domain = address.partition("@")
    return {
        None: [address, domain, user],
        "email:addr": [address],
        "email:domain": [domain],
        "email:user": [user],
    }[rule.get("filter")]


def inserts(rule: dict[str, Any], mail: Mail) -> bool:
    keys = rule["keys"]
    if rule["type"] == "ip":
        return any(ip_address(mail["ip"]) in ip_network(key, strict=False) for key in keys)
    texts = texts_looked_up(rule, mail)
    if rule.get("regexp"):
        return any(re.search(key[1:-2], text, re.IGNORECASE) for key in keys for text in texts)
    if rule.get("glob"):
        stars = [re.escape(key).replace(r"\*", ".*") for key in keys]
        return any(re.fullmatch(star, text) for star in stars for text in texts)
    return any(key.lower() == text.lower() for key in keys for text in texts)


_ADDRESSES = [
    f"{user}@{domain}"
    for user in ("a", "bob", "news")
    for domain in ("one.example", "sub.one.example", "xone.example", "two.example")
]
MAILS = st.fixed_dictionaries(
    {
        "mail_from": st.sampled_from(_ADDRESSES),
        "recipient": st.sampled_from(_ADDRESSES),
        "subject": st.sampled_from(["win", "win a prize", "hello", "you win", "pay invoice"]),
        "ip": st.sampled_from(["192.0.2.1", "192.0.2.200", "198.51.100.7", "203.0.113.9"]),
    }
)
_KEYS = {
    "hash": [
        "one.example",
        "Two.example",
        "a@one.example",
        "bob@two.example",
        "bob",
        "@one.example",
    ],
    "regexp": ["/^a@one/i", "/@sub\\.one\\.example$/i", "/ne\\.example/i", "/@two/i"],
    "domain": ["/^one\\./i", "/two\\.example$/i", "/sub/i", "/^sub\\.one\\.example$/i"],
    "user": ["/^bo/i", "/s$/i", "/^a$/i"],
    "glob": ["*.example", "*.one.example", "two.example"],
    "subject": ["/^win/i", "/prize$/i", "/invoice/i", "/^hello$/i"],
    "texts": ["win", "hello", "\\"],
    "ip": ["192.0.2.0/25", "198.51.100.7", "203.0.113.9/24", "no address"],
}


def _rule(kind: str, keys: str, **more: object) -> st.SearchStrategy[dict[str, Any]]:
    chosen = st.lists(st.sampled_from(_KEYS[keys]), min_size=1, max_size=3, unique=True)
    return chosen.map(lambda some: {"type": kind, "keys": some, **more})


def _rules() -> st.SearchStrategy[dict[str, Any]]:
    found = [_rule("ip", "ip"), _rule("header", "subject", regexp=True), _rule("header", "texts")]
    for kind in ("from", "rcpt"):
        found += [
            _rule(kind, "hash"),
            _rule(kind, "hash", filter="email:addr"),
            _rule(kind, "hash", filter="email:domain"),
            _rule(kind, "hash", filter="email:user"),
            _rule(kind, "regexp", regexp=True),
            _rule(kind, "regexp", regexp=True, filter="email:addr"),
            _rule(kind, "domain", regexp=True, filter="email:domain"),
            _rule(kind, "user", regexp=True, filter="email:user"),
            _rule(kind, "glob", glob=True, filter="email:domain"),
        ]
    return st.one_of(found)


def configured(rules: list[dict[str, Any]], extra: str = "") -> tuple[str, dict[str, str]]:
    """The text of `multimap.conf`, and the maps beside it."""
    parts, maps = [], {}
    for number, rule in enumerate(rules):
        maps[f"maps.d/{number}.map"] = "# keys\n" + "\n".join(
            f'"{key}"' if " " in key else key for key in rule["keys"]
        )
        members = {key: value for key, value in rule.items() if key != "keys"}
        lines = "".join(
            f'  {key} = "{str(value).lower()}";\n' for key, value in members.items() if value
        )
        parts.append(
            f"S{number} {{\n{lines}  header = Subject;\n"
            f'  map = "$LOCAL_CONFDIR/local.d/maps.d/{number}.map";\n  {extra}\n}}\n'
        )
    return "".join(parts), maps


_IDLE = re.compile(r"no address")


@given(rule=_rules(), mails=st.lists(MAILS, min_size=1, max_size=8))
def test_a_map_takes_what_the_documents_say(rule: dict[str, Any], mails: list[Mail]) -> None:
    text, maps = configured([rule], "action = reject;")
    source = source_of({"multimap.conf": text}, maps)
    meant = {**rule, "keys": [key for key in rule["keys"] if not _IDLE.search(key)]}
    (made,) = source.rules
    assert "not-seen-by-rules" not in codes(made.test)
    for mail in mails:
        assert holds_for(made.test, mail) == inserts(meant, mail), (text, maps, mail)


_EXPRESSIONS = st.recursive(
    st.sampled_from(["S0", "S1", "S2"]),
    lambda inner: st.one_of(
        inner.map(lambda one: f"!{one}"),
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, st.sampled_from([" & ", "|", " and ", " || ", " + "]), inner).map(
            lambda three: f"({''.join(three)})"
        ),
    ),
    max_leaves=5,
)


def python_of(expression: str) -> str:
    words = re.sub(r"&&?| and ", " and ", re.sub(r"\|\|?|\+", " or ", expression))
    return words.replace("!", " not ")


@given(
    rules=st.lists(_rules(), min_size=3, max_size=3),
    expression=_EXPRESSIONS,
    mails=st.lists(MAILS, min_size=1, max_size=5),
)
def test_an_expression_asks_what_it_says(
    rules: list[dict[str, Any]], expression: str, mails: list[Mail]
) -> None:
    text, maps = configured(rules)
    forced = f'rules {{ R {{ action = discard; expression = "{expression}"; }} }}'
    source = source_of({"multimap.conf": text, "force_actions.conf": forced}, maps)
    made = next(rule for rule in source.rules if rule.name == "R")
    for mail in mails:
        names = {}
        for number, rule in enumerate(rules):
            keys = [key for key in rule["keys"] if not _IDLE.search(key)]
            names[f"S{number}"] = inserts({**rule, "keys": keys}, mail)
        meant = eval(python_of(expression), {}, names)  # noqa: S307 - made by this test
        assert holds_for(made.test, mail) == meant, (expression, names)


@pytest.mark.parametrize(
    ("action", "actions", "then"),
    [
        ("reject", ["bounce"], Then.END),
        ("soft_reject", ["bounce"], Then.END),
        ("discard", ["drop"], Then.END),
        ("quarantine", ["archive"], Then.END),
        ("add header", ["add_header"], Then.DELIVER),
        ("rewrite subject", ["add_header"], Then.DELIVER),
        ("accept", [], Then.DELIVER),
        ("no action", [], Then.DELIVER),
    ],
)
def test_an_action_ends_mail_as_there(action: str, actions: list[str], then: Then) -> None:
    conf = f'A {{ type = from; map = [ x@one.example ]; action = "{action}"; }}'
    (rule,) = source_of({"multimap.conf": conf}).rules
    done = [each if isinstance(each, str) else next(iter(each)) for each in rule.actions]
    assert (done, rule.then) == (actions, then)


@pytest.mark.parametrize(
    ("waits", "code", "loses"),
    [
        ("honor_action = [reject, 'soft reject'];", "score-not-seen", False),
        ("honor_action = ['no action'];", "score-decides", True),
        ("require_action = ['no action', greylist];", "score-not-seen", False),
        ("require_action = reject;", "score-decides", True),
        ("limit = 5;", "score-decides", True),
        ("least = true;", "score-not-seen", False),
    ],
)
def test_what_waits_for_a_score_is_close_or_lost(waits: str, code: str, loses: bool) -> None:
    conf = "multimap { A { type = from; map = [ x@one.example ]; } }\n"
    conf += f"force_actions {{ rules {{ R {{ action = reject; expression = A; {waits} }} }} }}"
    rule = next(rule for rule in source_of({"local.conf": conf}).rules if rule.name == "R")
    assert (code in codes(rule.test)) == loses
    assert (code in {each.code for each in rule.differences}) != loses


def test_a_map_needs_no_rule_if_a_forced_action_says_all_of_it() -> None:
    maps = "A { type = from; map = [x@one.example]; score = 3; }\n"
    maps += "B { type = from; map = [y@one.example]; score = 3; }"
    forced = "rules { R { action = reject; expression = A }\n"
    forced += "S { action = discard; expression = 'A & B' } }"
    source = source_of({"multimap.conf": maps, "force_actions.conf": forced})
    assert [rule.name for rule in source.rules] == ["B", "R", "S"]
    assert "score-only" in codes(source.rules[0].test)
    assert source.notes == ["1 map without action: forced actions have their meaning"]


def test_values_of_keys_name_other_symbols() -> None:
    maps = {"s.map": "x@one.example\ny@one.example OTHER:5\nz@one.example 3.5\n"}
    conf = "A { type = from; map = '/etc/s.map'; }"
    forced = (
        "rules { R { action = discard; expression = OTHER } S { action = reject; expression = A } }"
    )
    source = source_of({"multimap.conf": conf, "force_actions.conf": forced}, maps)
    mails = [{"mail_from": f"{user}@one.example"} for user in "xyz"]
    by_name = {rule.name: rule.test for rule in source.rules}
    assert [holds_for(by_name["R"], mail) for mail in mails] == [False, True, False]
    assert [holds_for(by_name["S"], mail) for mail in mails] == [True, False, True]


def test_settings_let_mail_through_by_all_of_their_conditions() -> None:
    conf = """
    a { from = "@one.example"; from = bob; ip = ["192.0.2.0/25"]; whitelist = true; }
    b { priority = high; rcpt = "/^news@/"; inverse = true; apply { whitelist = yes } }
    c { user = x; want_spam = yes }
    d { from = "Boss@one.example"; from = "x@one.example"; apply { actions { reject = 99 } } }
    """
    source = source_of({"settings.conf": conf})
    assert [rule.name for rule in source.rules] == ["b", "a", "c", "d"]
    found = {rule.name: rule for rule in source.rules}
    inside = {"mail_from": "x@one.example", "recipient": "a@two.example", "ip": "192.0.2.1"}
    for change, meant in (
        ({}, True),
        ({"mail_from": "bob@two.example"}, True),
        ({"mail_from": "x@sub.one.example"}, False),
        ({"ip": "192.0.2.200"}, False),
    ):
        assert holds_for(found["a"].test, {**inside, **change}) == meant
    assert holds_for(found["b"].test, inside)
    assert not holds_for(found["b"].test, {**inside, "recipient": "news@two.example"})
    assert "not-seen-by-rules" in codes(found["c"].test)
    assert "score-settings" in codes(found["d"].test)
    assert [unread.text for unread in source.unread] == ["Boss@one.example"]


def test_nothing_is_dropped_silently() -> None:
    conf = """
    enabled = true;
    odd = 1;
    .include "$LOCAL_CONFDIR/local.d/more.conf"
    .include "gone.conf"
    .lua { return 1 }
    A { type = from; map = [ "*.one.example", "b c" ]; action = reject; novelty = 7; }
    A { type = from; map = [ x ]; action = reject; }
    B { type = rcpt; map = "redis://x"; action = reject; }
    """
    more = "C { type = ip; map = ['192.0.2.1', nonsense]; action = reject }"
    source = source_of(
        {
            "multimap.conf": conf,
            "actions.conf": "reject = 15;",
            "rspamd.lua": "x",
            "redis.conf": 'servers = "x"',
            "composites.conf": "X { expression = A }",
        },
        {"local.d/more.conf": more},
    )
    assert Counter(unread.text for unread in source.unread) == Counter(
        [
            "odd",
            ".include gone.conf",
            ".lua",
            "*.one.example",
            "A: novelty",
            "A",
            "redis://x",
            "nonsense",
            "actions.conf",
            "rspamd.lua",
            "servers",
            "composites.conf",
        ]
    )
    assert [rule.name for rule in source.rules] == ["C", "A", "B"]
    missing = {unread.text for unread in source.unread if unread.is_missing}
    assert missing == {".include gone.conf", ".lua", "redis://x"}


@pytest.mark.parametrize(
    ("named", "faults"),
    [
        ({"multimap.conf": "A { map = [x] }"}, ["multimap.conf:1:1: the rule `A` has no `type`"]),
        ({"multimap.conf": "A { type = from }"}, ["multimap.conf:1:1: the rule `A` has no `map`"]),
        (
            {"multimap.conf": "A {", "settings.conf": "}"},
            [
                "multimap.conf:1:4: the section of line 1 is not closed",
                "settings.conf:1:1: this `}` closes nothing",
            ],
        ),
        (
            {"multimap.conf": '.include "multimap.conf"\nA = {'},
            ["multimap.conf:2:6: the section of line 2 is not closed"],
        ),
    ],
)
def test_broken_files_are_refused_at_their_places(named: dict[str, str], faults: list[str]) -> None:
    with pytest.raises(ProblemsFound) as caught:
        source_of(named)
    assert [f"{each.position}: {each.message}" for each in caught.value.problems] == faults


def test_files_that_include_each_other_end() -> None:
    around = {"a.conf": '.include "b.conf"', "b.conf": '.include "a.conf"\n.include "b.conf"'}
    source = source_of({"multimap.conf": '.include "a.conf"\n.include "a.conf"'}, around)
    assert {unread.why for unread in source.unread} == {"too many files include others"}
    assert source.rules == []


@pytest.mark.parametrize(
    "expression", ["", "A &", "(A", "A B", "& A", "A ! B", "(" * 100, "A)", "x" * 20_000, "A, B"]
)
def test_a_broken_expression_is_listed(expression: str) -> None:
    conf = "multimap { A { type = from; map = [ x@one.example ]; } }\n"
    conf += f'force_actions {{ rules {{ R {{ action = reject; expression = "{expression}" }} }} }}'
    source = source_of({"local.conf": conf})
    assert [rule.name for rule in source.rules] == ["A"]
    assert [unread.text for unread in source.unread] == ["R"]


def test_the_example_is_what_its_script_makes() -> None:
    for path, text in files().items():
        assert (PLACE / path).read_text(encoding="utf-8") == text


def test_the_example_is_imported_with_these_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(PLACE)
    printed = io.StringIO()
    named = ["multimap.conf", "force_actions.conf", "settings.conf", "groups.conf"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(printed):
        assert exit_code(["import", "--from", "rspamd", *named]) == 1
    summary = [line.split() for line in printed.getvalue().splitlines()[:5]]
    assert summary[0] == ["rspamd:", "88", "rules", "there,", "125", "rules", "here"]
    assert [line[0] for line in summary[1:]] == ["4", "47", "0", "37"]
