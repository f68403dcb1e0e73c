"""Folders become a header that the mail server behind can file by, whatever their names."""

from __future__ import annotations

from email.header import decode_header, make_header

import pytest

from interchange.sieve.imported import ImportedScripts
from interchange.sieve.pigeonhole import SIEVE_TEST, Server

FOLDERS = ("Lists", "Entwürfe", "财务/发票", "Überfällige Rechnungen der Niederlassung Süd")
FILING = (
    'require ["fileinto", "variables"];\n'
    'if header :matches "X-Folder" "*" { fileinto "${1}"; }\n'
)  # fmt: skip


def header_of(folder: str) -> tuple[str, set[str]]:
    """The value of X-Folder, and the codes of what differs."""
    script = f'require "fileinto";\nif header :is "subject" "a" {{ fileinto "{folder}"; stop; }}\n'
    [rule] = ImportedScripts({"main.sieve": script}).lowered.rules
    [value] = [
        action["add_header"]["value"]
        for action in rule.rules[0]["actions"]
        if isinstance(action, dict) and "add_header" in action
    ]
    return value, {each.code for each in rule.differences}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_header_says_the_whole_name_in_ascii(folder: str) -> None:
    value, codes = header_of(folder)
    assert value.isascii()
    assert str(make_header(decode_header(value))) == folder
    assert codes == {"folder-becomes-header"}


def test_a_name_that_is_too_long_is_cut_between_letters_and_named() -> None:
    folder = "财务" * 60
    value, codes = header_of(folder)
    assert len(value) <= 128
    assert folder.startswith(str(make_header(decode_header(value))))
    assert "header-shortened" in codes


@pytest.mark.slow
@pytest.mark.skipif(SIEVE_TEST is None, reason="Pigeonhole (dovecot-sieve) is not installed")
def test_one_rule_of_the_mail_server_files_into_all_folders() -> None:
    server = Server()
    try:
        server.put("filing.sieve", FILING)
        for folder in FOLDERS:
            value, _ = header_of(folder)
            message = f"From: a@example.org\r\nX-Folder: {value}\r\n\r\nx\r\n".encode()
            ended = server.run(
                ["filing.sieve"], message, recipient="b@example.com", mail_from="a@example.org"
            )
            assert ended.folders == {folder}
    finally:
        server.close()
