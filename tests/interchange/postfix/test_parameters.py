"""Values of main.cf are expanded as `postconf` expands them, and broken ones are named."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from emulator.postfix_server import POSTFIX
from interchange.postfix.imports import source_of
from mmctl.errors import ProblemsFound
from mmctl.interchange.postfix.parameters import read_parameters
from mmctl.interchange.postfix.words import words_of

if TYPE_CHECKING:
    from pathlib import Path

needs_postconf = pytest.mark.skipif(POSTFIX is None, reason="needs Postfix")
MAIN = """\
# comment
myhostname = mx.example.com
  # a comment inside
mydomain=example.com

smtpd_banner = one,
    two
  three
mail_name = $smtpd_banner/${smtpd_banner}/$(smtpd_banner)
myorigin = ${smtpd_banner?yes}${lmtp_bind_address?no}${lmtp_bind_address:none}${smtpd_banner:bad}
syslog_name = ${smtpd_banner?{yes}:{no}} ${lmtp_bind_address?{yes}:{no}}
setgid_group = ${{$myhostname} == {mx.example.com} ? {same} : {other}}
mail_owner = ${{10} > {9} ? {more}} ${{10} < {9} ? {less} : {not less}} ${{a} != {b} ? {x}}
default_privs = ${mydomain}x $mydomain.x
mydestination = $myhostname, localhost.$mydomain
"""


@needs_postconf
def test_values_are_expanded_as_postconf_does(tmp_path: Path) -> None:
    names = ["mail_name", "myorigin", "syslog_name", "setgid_group", "mail_owner"]
    names += ["default_privs", "mydestination"]
    (tmp_path / "main.cf").write_text(MAIN)
    (tmp_path / "master.cf").write_text("")
    done = subprocess.run(
        ["/usr/sbin/postconf", "-c", str(tmp_path), "-x", "-h", *names],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    read = read_parameters("main.cf", MAIN)
    assert [" ".join(read.text(name).split()) for name in names] == [
        " ".join(line.split()) for line in done.stdout.splitlines()
    ]
    assert not read.problems


def test_words_keep_braces_together() -> None:
    text = "a, b  {c d} inline:{ {k = v}, x=y }\n\tstatic:{REJECT now}, {"
    assert words_of(text) == [
        "a",
        "b",
        "{c d}",
        "inline:{ {k = v}, x=y }",
        "static:{REJECT now}",
        "{",
    ]


def problems_of(**files: bytes | str) -> list[str]:
    """The problems of a main.cf, by place."""
    with pytest.raises(ProblemsFound) as found:
        source_of({name.replace("_cf", ".cf"): content for name, content in files.items()})
    return [f"{each.position}: {each.message}" for each in found.value.problems]


def test_circles_and_values_without_end_are_named_at_their_place() -> None:
    doubled = "".join(f"a{n} = $a{n + 1}$a{n + 1}\n" for n in range(60)) + "a60 = 0123456789\n"
    assert problems_of(main_cf="relay_domains = $a\na = $b\nb = $a\n") == [
        "main.cf:1:1: cannot expand `relay_domains`: `a` → `b` → `a` is a circle"
    ]
    assert problems_of(main_cf=f"relay_domains = $a0\n{doubled}") == [
        "main.cf:1:1: cannot expand `relay_domains`: it is longer than 1 MB"
    ]
    assert problems_of(main_cf="relay_domains = ${a\nrelayhost = ${{a} ? b}\n") == [
        "main.cf:1:1: cannot expand `relay_domains`: `{` is not closed",
        "main.cf:2:1: cannot expand `relayhost`: a comparison has no operator",
    ]


def test_what_is_no_main_cf_is_said() -> None:
    assert problems_of(main_cf="") == [
        "main.cf:1:1: no line of `main.cf` is `name = value`, expected a main.cf"
    ]
    assert problems_of(main_cf="<html>\n") == ["main.cf:1:1: got `<html>`, expected `name = value`"]
    assert problems_of(main_cf=b"a = b\0c\n") == ["main.cf:1:6: the file has a zero byte"]
    assert problems_of(main_cf=b"# caf\xe9\na = caf\xe9\n") == [
        "main.cf:2:8: the file is not UTF-8"
    ]


def test_files_of_windows_and_comments_in_latin_1_are_read() -> None:
    text = "# caf\u00e9\r\nrelay_domains = example.com\r\n"
    for content in (text.encode("latin-1"), text.encode("utf-16"), text.encode("utf-8-sig")):
        policy = source_of({"main.cf": content}).traffic_policy
        assert policy is not None
        assert policy["statements"][0]["allow"] == [
            {"recipient": {"ends_with": ["@example.com", ".example.com"]}}
        ]
