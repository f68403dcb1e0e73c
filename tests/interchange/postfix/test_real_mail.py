"""Real messages meet header patterns as they do at a real Postfix, or the report says why not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pytest
from read_whole import messages

from emulator.postfix_server import needs_postfix
from interchange.postfix.imports import ImportedPostfix
from interchange.postfix.real_postfix import MARK, Mail, needs_pcre, sinks, tried
from interchange.postfix.test_real_postfix import ending_here, named, same

CORPUS: Final = Path(__file__).parents[3].parent / "shared/corpus"
ARCHIVE: Final = CORPUS / "real-mail.tar.xz"
EVERY: Final = 23
MESSAGES: Final = 60
CHECKS: Final = b"""\
/^Subject: Re:/ DUNNO
/^Subject:.*(free|win)/ REJECT t1
/^Subject: .*(meeting|update)/ PREPEND X-P: t2
/^From:.*@.*\\.(org|net)/ HOLD
/^From:.*@example/ DISCARD
/^X-Mailer:.*outlook/ REJECT t3
/^(To|Cc):.*list/ REJECT t4
"""


@dataclass(frozen=True)
class RealMail(Mail):
    """A message as it was."""

    bytes_: bytes = b""

    def content(self, number: int) -> bytes:
        """The message, with its number on top."""
        return f"{MARK}: {number}\r\n".encode() + self.bytes_.lstrip(b"\r\n")


@pytest.mark.slow
@needs_postfix
@needs_pcre
@pytest.mark.skipif(not ARCHIVE.exists(), reason="the corpus of real mail is not on this machine")
def test_real_messages_meet_header_patterns_as_at_a_real_postfix() -> None:
    main = {"relay_domains": "example.com", "header_checks": "pcre:{folder}/etc/headers"}
    chosen = islice((content for _, content in messages([ARCHIVE])), 0, MESSAGES * EVERY, EVERY)
    mails: list[Mail] = [
        RealMail("ann@example.org", "bob@example.com", bytes_=content) for content in chosen
    ]
    endings: Counter[str] = Counter()
    with sinks(1) as recorders:
        main["relay_transport"] = f"relay:[127.0.0.1]:{recorders[0].port}"
        with tried(main, {"headers": CHECKS}, recorders) as server:
            text = (server.server.folder / "etc" / "main.cf").read_bytes()
            there = server.ends(mails)
    imported = ImportedPostfix.of({"main.cf": text, "headers": CHECKS})
    for number, (mail, ending) in enumerate(zip(mails, there, strict=True)):
        here, applied = ending_here(imported, mail, number)
        if same(mail, ending, here):
            endings[ending.outcome] += 1
        else:
            assert named(imported, ending, applied), (number, ending, here, applied)
            endings["named"] += 1
    assert len(mails) == MESSAGES
    assert endings["held"] > 5
    assert endings["named"] <= MESSAGES / 3, endings
