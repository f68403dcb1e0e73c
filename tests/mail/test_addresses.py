"""Address lists: which addresses a header names, and which texts are only names."""

from __future__ import annotations

from email.utils import formataddr
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.mail import addresses as module
from mmctl.mail.addresses import addresses, of_any
from mmctl.mail.lexical import comment_end, tokens

TEXTS = st.lists(
    st.sampled_from([*'"()<>[]@,;:.\\ =?_', "=?utf-8?q?", "?=", "a", "b.example", "a@b.example"]),
    max_size=14,
).map("".join)


PARTS = (
    *'"()<>[],;:.\\ @\t',
    *(
        "=?utf-8?q?",
        "?=",
        "<a@b>",
        "<@x,y:z@w>",
        "<@",
        "<>",
        "  ",
        "c d",
        "\ud800",
        '"x y"@b',
        "x:",
    ),
    *("a", "b.example", "a@b.example", '""', "()", "[1]"),
)


def test_many_mailboxes_are_read_as_each_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    texts = [
        "".join(dice.choices(dice.sample(PARTS, dice.randint(2, 20)), k=dice.choice((4, 9, 30))))
        for _ in range(6_000)
    ]
    one_by_one: list[tuple[str, ...]] = []
    together: list[tuple[str, ...]] = []
    for few, found in ((10**6, one_by_one), (0, together)):
        monkeypatch.setattr(module, "_FEW", few)
        found += [of_any(text) for text in texts]
    wrong = [
        text for text, one, all_ in zip(texts, one_by_one, together, strict=True) if one != all_
    ]
    assert wrong == []


def test_a_comment_ends_where_its_parentheses_are_even_however_many_there_are() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    for _ in range(2_000):
        text = "(" + "".join(dice.choices("()\\aé\n", (4, 4, 1, 1, 1, 1), k=dice.randint(0, 30)))
        depth, place, end = 0, 0, None
        while place < len(text) and end is None:
            depth += {"(": 1, ")": -1}.get(text[place], 0)
            place += 2 if text[place] == "\\" and place + 1 < len(text) else 1
            end = place if depth == 0 else None
        assert comment_end(text, 0) == end, text
        many = "(" + "()" * 600 + text[1:]
        assert comment_end(many, 0) == (None if end is None else end + 1_200), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.com", ["a@example.com"]),
        ("A B <a@example.com>", ["a@example.com"]),
        ("<a@example.com>", ["a@example.com"]),
        ("a@example.com (A B)", ["a@example.com"]),
        ("a@example.com, b@example.com", ["a@example.com", "b@example.com"]),
        ('"B, A" <a@example.com>, b@example.com', ["a@example.com", "b@example.com"]),
        ("a@example.com; b@example.com", ["a@example.com", "b@example.com"]),
        # RFC 5322, appendix A
        ('"Joe Q. Public" <john.q.public@example.com>', ["john.q.public@example.com"]),
        (
            "A Group:Ed <joe@where.example>,joe@where.example,John <jdoe@one.example>;",
            ["joe@where.example", "joe@where.example", "jdoe@one.example"],
        ),
        ("Undisclosed recipients:;", []),
        (
            "Pete(A nice \\) chap) <pete(his account)@silly.example(his host)>",
            ["pete@silly.example"],
        ),
        (
            "A Group(Some people)\t:Chris <c@(Chris's host.)public.example>,\tjoe@example.org,",
            ["c@public.example", "joe@example.org"],
        ),
        ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", []),
        ("Mary <@node.example,@b.example:mary@example.net>, , jdoe@test   . example", None),
        # a name is never an address
        ("ceo@example.com <a@example.net>", ["a@example.net"]),
        ('"ceo@example.com" <a@example.net>', ["a@example.net"]),
        ("=?utf-8?q?ceo=40example.com?= <a@example.net>", ["a@example.net"]),
        ("=?utf-8?q?ceo@example.com?=", []),
        ('"ceo@example.com"', []),
        ("(ceo@example.com)", []),
        ("ceo@example.com: a@example.net;", ["a@example.net"]),
        # what is broken names all that could be meant
        ("<a@example.com> <b@example.net>", ["a@example.com", "b@example.net"]),
        ("A <a@example.com", ["a@example.com"]),
        ("<a@example.com, b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com>", ["a@example.com"]),
        ("John ( <a@example.com>", ["a@example.com"]),
        ('John " <a@example.com>', ["a@example.com"]),
        ("John a@example.com", ["a@example.com"]),
        ("John Smith", []),
        ("MAILER-DAEMON", ["MAILER-DAEMON"]),
        ("=?utf-8?q?John?=", []),
        ("<>", []),
        ("", []),
        ("@example.com", []),
        ("bounce+a=b=example.com@example.org", ["bounce+a=b=example.com@example.org"]),
        ("'a@example.com'", ["'a@example.com'"]),
    ],
)
def test_the_addresses_of_a_header(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["mary@example.net", "jdoe@test.example"]
    assert addresses(text) == tuple(expected)


@given(st.one_of(TEXTS, st.text()))
def test_tokens_put_together_are_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


@given(
    st.lists(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(str.strip),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_a_quoted_name_says_the_addresses_stay_the_same(names: list[str]) -> None:
    specs = tuple(f"user{number}@example.com" for number in range(len(names)))
    pairs = zip(names, specs, strict=True)
    text = ", ".join(formataddr(pair) for pair in pairs)
    assert addresses(text) == specs
