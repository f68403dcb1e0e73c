"""Lists of senders of other gateways: each row is a member, a network, or named with its place."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interchange.sender_lists.vendor_files import FOLDER, files
from mmctl.checks.unusable_list_member import fault_of
from mmctl.errors import ProblemsFound
from mmctl.interchange.sender_lists.entries import entry_of
from mmctl.interchange.sender_lists.reading import AskedOfList, ListRead, read_list
from mmctl.judge.compare import Members


def read(text: str | bytes, *, only: tuple[str, str] | None = None, **asked: object) -> ListRead:
    content = text.encode() if isinstance(text, str) else text
    return read_list({"f.csv": content}, AskedOfList(only=only, **asked))  # type: ignore[arg-type]


def faults(found: ListRead) -> list[tuple[int, int, str]]:
    return [(each.position.line, each.position.column, each.message) for each in found.faults]


def refused(text: str, **asked: object) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        read(text, **asked)  # type: ignore[arg-type]
    return [f"{each.message}; {each.help}" for each in caught.value.problems]


def test_the_examples_are_what_their_script_makes() -> None:
    made = files()
    assert {path.name for path in FOLDER.iterdir()} == {*made, "README.md"}
    for name, content in made.items():
        assert (FOLDER / name).read_bytes() == content, name


@pytest.mark.parametrize(
    ("entry", "members"),
    [
        ("someone@spam.example", ["someone@spam.example"]),
        ("Some One <someone@spam.example>", ["someone@spam.example"]),
        ("SMTP:someone@spam.example", ["someone@spam.example"]),
        ("spam.example", ["*@spam.example"]),
        ("@spam.example", ["*@spam.example"]),
        ("*@spam.example", ["*@spam.example"]),
        (".spam.example", ["*.spam.example"]),
        ("*.spam.example", ["*.spam.example"]),
        ("*@*.spam.example", ["*.spam.example"]),
        ("@.spam.example", ["*@spam.example", "*.spam.example"]),
        ("prize*@spam.example", ["prize*@spam.example"]),
        ("prize@*.spam.example", ["prize@*.spam.example"]),
        ("münchen.example", ["*@xn--mnchen-3ya.example"]),
    ],
)
def test_members(entry: str, members: list[str]) -> None:
    found = read(f"address\n{entry}\n")
    assert list(found.members) == members
    assert found.faults == []


@pytest.mark.parametrize(
    ("entry", "networks"),
    [
        ("192.0.2.1", ["192.0.2.1/32"]),
        ("192.0.2.0/24", ["192.0.2.0/24"]),
        ("192.0.2.0/255.255.255.0", ["192.0.2.0/24"]),
        ("192.0.2.*", ["192.0.2.0/24"]),
        ("192.0.2.0-192.0.2.5", ["192.0.2.0/30", "192.0.2.4/31"]),
        ("2001:db8::/32", ["2001:db8::/32"]),
    ],
)
def test_networks_are_apart(entry: str, networks: list[str]) -> None:
    found = read(f"address\na@spam.example\n{entry}\n")
    assert list(found.networks) == networks
    assert list(found.members) == ["a@spam.example"]


@pytest.mark.parametrize(
    ("entry", "fault", "instead"),
    [
        ("info@", "is at any domain", 'starts_with: "info@"'),
        ("info@*", "is at any domain", 'starts_with: "info@"'),
        ("*.top", "has one label", 'ends_with: ".top"'),
        ("top", "no domain of two labels", 'ends_with: ".top"'),
        ("info", "no domain of two labels", 'starts_with: "info@"'),
        ("*casino*", "has its `*` where a list has none", 'contains: "casino"'),
        ("*casino.example", "has its `*` where a list has none", 'ends_with: "casino.example"'),
        ("a*b*@spam.example", "has more than one `*`", "with one `*`"),
        ("abcdefghijklmnopqrstu*@spam.example", "more than 19", "starts_with"),
        ("a@b@spam.example", "more than one @", "one address in each row"),
        ("https://spam.example/x", "web page", None),
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "hash", None),
        ("System.Collections.ArrayList", "lost its values", "-ExpandProperty"),
        ("29.11.2026", "neither an address nor a domain", "write an address"),
        ("a@-.example", "is not an address", "write an address"),
    ],
)
def test_what_no_list_takes_is_named(entry: str, fault: str, instead: str | None) -> None:
    found = read(f"address\na@spam.example\n{entry}\n")
    assert list(found.members) == ["a@spam.example"]
    assert len(found.faults) == 1
    assert found.faults[0].position.line == 3
    assert fault in found.faults[0].message
    assert (instead or "") in (found.faults[0].help or "")


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example\n*@c.example\n",
        "address\na@b.example\nc.example\n",
        "Name;Absender;Richtlinie\nx;a@b.example;sperren\ny;c.example;sperren\n",
        "sep=|\nx|a@b.example\ny|c.example\n",
        "# kept by hand\nExpéditeur\tRemarque\na@b.example\tnon\nc.example\t\n",
        'n,v\n"1","a@b.example"\n"2","c.example"\n',
        'Sender,Notes\na@b.example,"two\nlines, ""quoted"""\nc.example,\n',
        "a@b.example; c.example",
        'BlockedSenders\n"{a@b.example, c.example}"\n',
        "送信者,メモ\na@b.example,x\nc.example,y\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_forms_of_files(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    if encoding == "utf-16-be":
        content = b"\xfe\xff" + content
    found = read(content)
    assert list(found.members) == ["a@b.example", "*@c.example"]
    assert found.faults == []


def test_windows_1252_is_read_and_noted() -> None:
    found = read("Absender;Notiz\na@b.example;Müller\n".encode("cp1252"))
    assert list(found.members) == ["a@b.example"]
    assert "Windows-1252" in found.notes[0]


def test_letter_case_makes_no_second_member() -> None:
    found = read("a@b.example\nA@B.example\n*@b.example\n@B.EXAMPLE\n")
    assert list(found.members) == ["a@b.example", "*@b.example"]
    assert found.duplicates == 2


def test_subdomains_are_added_when_asked() -> None:
    found = read("address\nb.example\na@b.example\n*.c.example\n", subdomains=True)
    assert list(found.members) == ["*@b.example", "*.b.example", "a@b.example", "*.c.example"]


def test_allowed_and_blocked_in_one_file_must_be_told_apart() -> None:
    text = "Sender,Policy\na.example,block\nb.example,exempt\nc.example,quarantine\n"
    assert refused(text) == [
        "the file has allowed and blocked senders; --only Policy=block or --only Policy=exempt"
    ]
    found = read(text, only=("policy", "Block"))
    assert list(found.members) == ["*@a.example"]
    assert found.other_rows == 2


def test_two_columns_with_addresses_must_be_told_apart() -> None:
    text = "a@b.example,me@example.com\nc@b.example,me@example.com\n"
    assert refused(text) == ["several columns hold addresses or domains; --column 1 or --column 2"]
    assert list(read(text, columns=("1",)).members) == ["a@b.example", "c@b.example"]
    assert len(read(text, columns=("1", "2")).members) == 3
    assert refused(text, columns=("x",)) == [
        "there is no column `x`; name it with --column: count the columns from 1"
    ]
    assert "there is no column `y`" in refused("address\na@b.example\n", only=("y", "z"))[0]


def test_no_column_with_senders() -> None:
    assert refused("some words here\nand more of them here\n") == [
        "no column holds addresses or domains; name it with --column: count the columns from 1"
    ]


def test_expired_rows_are_left_out_and_counted() -> None:
    text = (
        "Value,ExpirationDate\na.example,2026-11-28T00:00:00Z\nb.example,2026-11-29\nc.example,\n"
    )
    found = read(text, today="2026-11-29")
    assert list(found.members) == ["*@b.example", "*@c.example"]
    assert found.expired == 1


def test_a_quote_without_end_swallows_nothing() -> None:
    found = read('"a@b.example\nc@b.example\n')
    assert list(found.members) == ["a@b.example", "c@b.example"]
    assert faults(found) == [(1, 1, "a quote has no end")]


def test_rows_without_address_are_named() -> None:
    assert faults(read("Sender,Notes\na@b.example,x\n,y\n")) == [(3, 1, "the row has no address")]


def test_zero_bytes_are_refused() -> None:
    with pytest.raises(ProblemsFound):
        read(b"a@b.example\nc\0d\n")


@pytest.mark.slow
def test_a_hundred_thousand_lines_take_seconds() -> None:
    rows = "".join(f'user{n}@d{n % 5000}.example,block,"c, {n}"\n' for n in range(100_000))
    begun = time.process_time()
    found = read(rows)
    assert len(found.members) == 100_000
    assert time.process_time() - begun < 20
    for text in ('"' * 100_000, '"a\n' * 30_000, ",;\t|" * 25_000, "@" * 100_000, "*." * 50_000):
        begun = time.process_time()
        with contextlib.suppress(ProblemsFound):
            read(f"address\n{text}")
        assert time.process_time() - begun < 10, text[:4]


@given(entry=st.text(alphabet="ab1.@*-_<>é 0/:", max_size=16))
def test_every_entry_is_a_usable_member_or_named(entry: str) -> None:
    found = entry_of(entry)
    assert found.members or found.networks or found.fault
    for member in found.members:
        assert fault_of(member) is None, member
        assert member.isascii()


@given(
    entry=st.sampled_from(["d.example", "@d.example", "*@d.example", "a@d.example", "*.d.example"]),
    address=st.sampled_from(
        ["a@d.example", "b@d.example", "a@x.d.example", "a@xd.example", "a@y.x.d.example"]
    ),
)
def test_members_match_what_the_entry_says(entry: str, address: str) -> None:
    members = Members.of(entry_of(entry).members)
    matched = members.include(
        address, case="insensitive", bare_domain="that_domain", star_domain="below"
    )
    local, _, domain = address.partition("@")
    meant = {
        "a@d.example": address == "a@d.example",
        "*.d.example": domain.endswith(".d.example"),
    }.get(entry, domain == "d.example")
    assert matched == meant, local
