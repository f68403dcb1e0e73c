"""Scripts imported into a project, and how its rules end a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interchange.sieve.pigeonhole import Ended
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, SourceOptions
from mmctl.interchange.sieve.doing import FOLDER
from mmctl.interchange.sieve.reading import read
from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission, gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.language.writing.write import to_yaml
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.interchange.migration.lowered import LoweredGateway, LoweredRule
    from mmctl.interchange.migration.source import OtherGateway
    from mmctl.judge.trace import Trace

PROJECT = """version: 1
project: imported
environments: {local: {endpoint: embedded}}
vars: {bounce_sender: postmaster@example.com, bounce_role: "arn:aws:iam::111122223333:role/b"}
"""


RELAY = {"server": "mail.example.com", "port": 25, "authentication": "none"}


def source_of(scripts: Mapping[str, str | bytes], **options: str) -> OtherGateway:
    """The rules of scripts, all of them named."""
    named = {
        name: text if isinstance(text, bytes) else text.encode() for name, text in scripts.items()
    }
    return read(Opened(named=named, beside=lambda _: None), SourceOptions(options=options))


class ImportedScripts:
    """The rules that scripts become, ready to judge messages."""

    def __init__(self, scripts: Mapping[str, str | bytes], **options: str) -> None:
        self.lowered: LoweredGateway = lowered(source_of(scripts, **options))
        rules = [rule for each in self.lowered.rules for rule in each.rules]
        rules += [self.lowered.last] if self.lowered.last else []
        data: dict[str, Any] = {
            "version": 1,
            "rule_sets": {"inbound": {"rules": rules}},
            "relays": {"mailboxes": RELAY},
        }
        lists = {n: {"members": list(m or ())} for n, m in self.lowered.address_lists.items()}
        data |= {"address_lists": lists} if lists else {}
        files = {"mmctl.yaml": PROJECT, "rules/inbound.yaml": to_yaml(data)}
        self.project, problems = read_text(files)
        errors = [each.message for each in problems if each.severity is Severity.ERROR]
        assert errors == []
        self.gateway = gateway_of_rule_set(self.project, "inbound")

    @property
    def different(self) -> list[LoweredRule]:
        """The rules whose report names a difference in whom they take or where mail goes."""
        silent = {"folder-becomes-header", "redirected-by-envelope", "flags-not-set"}
        return [
            each
            for each in self.lowered.rules
            if any(difference.code not in silent for difference in each.differences)
        ]

    def trace(self, message: bytes, *, recipient: str, mail_from: str) -> Trace:
        """How the rules judge a message."""
        submission = Submission(
            email=read_email(message),
            session=Session(),
            envelope=Envelope(mail_from=mail_from, recipients=(recipient,)),
            facts=Facts(),
        )
        return judge(self.gateway, submission)

    def run(self, message: bytes, *, recipient: str, mail_from: str) -> Ended:
        """How a message ends here, in the words of a mail server."""
        trace = self.trace(message, recipient=recipient, mail_from=mail_from)
        ended = Ended()
        for performed in trace.performed:
            for address in performed.recipients:
                if performed.kind == "relay" and address == recipient:
                    ended.stored = True
                    ended.folders |= {text for name, text in performed.headers if name == FOLDER}
                elif performed.kind == "relay":
                    ended.redirected.add(address.lower())
                elif performed.kind == "bounce":
                    ended.rejected = True
        return ended
