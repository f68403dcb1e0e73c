"""Scripts made of the headers of real messages end those messages as Pigeonhole does.

The corpus is real people's mail and no part of the repository: nothing of a message is shown, only
counts. Broken headers are read differently by different programs, so a few tests may differ.
"""

from __future__ import annotations

import tarfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from interchange.sieve.imported import ImportedScripts
from interchange.sieve.pigeonhole import SIEVE_TEST, Server
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(__file__).parents[3].parent / "shared/corpus/real-mail.tar.xz"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SIEVE_TEST is None, reason="Pigeonhole (dovecot-sieve) is not installed"),
    pytest.mark.skipif(
        not CORPUS.exists(), reason="the corpus of real mail is not on this machine"
    ),
]
_MESSAGES = 40
_LARGEST = 100_000


def messages() -> Iterator[bytes]:
    """Messages of the corpus, with line ends as SMTP has them."""
    with tarfile.open(CORPUS) as corpus:
        for member in corpus:
            file = corpus.extractfile(member) if member.isfile() else None
            if file is not None and member.size < _LARGEST:
                message = file.read()
                if message.startswith(b"From "):  # the line before a message in an mbox
                    message = message.partition(b"\n")[2]
                yield message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def asked_of(message: bytes) -> list[str]:
    """Tests that conditions say exactly, with words and addresses of a message."""
    headers = read_email(message).headers
    tests: list[str] = []
    subject = "".join(headers.decoded("subject")[:1]).strip()
    words = [word for word in subject.split() if word.isascii() and word.isalnum()]
    tests += [f'header :contains "subject" "{word.upper()}"' for word in words[:3]]
    tests += [f'header :matches "subject" "{word}*"' for word in words[:2]]
    for field in ("from", "to", "cc", "sender"):
        for address in headers.distinct_addresses(field, "any")[:2]:
            local, _, domain = address.partition("@")
            if not (address.isascii() and address.isprintable() and domain) or '"' in address:
                continue
            tests += [
                f'address :is "{field}" "{address}"',
                f'address :domain :is "{field}" "{domain}"',
                f'address :localpart :is "{field}" "{local}"',
                f'address :domain :matches "{field}" "*.{domain.partition(".")[2] or "x"}"',
            ]
    return [*tests, f"size :over {len(message) - 1}", f"size :over {len(message)}"]


def test_real_messages_end_as_on_the_server() -> None:
    server = Server()
    asked = differing = 0
    for message in islice(messages(), 0, None, 60):
        tests = asked_of(message)
        script = 'require ["fileinto"];\n' + "".join(
            f'if {test} {{ fileinto "t{number}"; }}\n' for number, test in enumerate(tests)
        )
        server.put("main.sieve", script)
        envelope = {"recipient": "ann@example.com", "mail_from": "a@other.example"}
        theirs = server.run(["main.sieve"], message, **envelope)
        ours = ImportedScripts({"main.sieve": script}).run(message, **envelope)
        assert theirs.failed == ""
        asked += len(tests)
        differing += len(ours.folders ^ theirs.folders)
    server.close()
    assert asked > _MESSAGES * 5
    assert differing <= asked // 40
