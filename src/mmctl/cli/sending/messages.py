"""The messages that `mmctl send` sends: files, standard input, or scenarios of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.client.outgoing import header_of, outgoing, with_content
from mmctl.errors import UsageError
from mmctl.inputs import MIB, read_file
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cases.library.filling import Filled, Library
    from mmctl.cli.run import Run
    from mmctl.cli.sending.options import SendOptions
    from mmctl.client.outgoing import Outgoing
    from mmctl.client.results import UnsoundEnd
    from mmctl.client.signing import Signer
    from mmctl.judge.submission import Scenario
    from mmctl.language.project import Project
    from mmctl.mail.email import Facts, Session

MESSAGES_AT_MOST: Final = 10_000
_KEY_AT_MOST: Final = MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """One message to send, and what the library says about it."""

    message: Outgoing
    session: Session | None = None
    facts: Facts | None = None
    scenario: Scenario | None = None
    because: str | None = None
    unsound: tuple[UnsoundEnd, ...] = ()
    """How the project's files would end it unsoundly."""


def messages_to_send(run: Run, options: SendOptions, project: Project | None) -> list[ToSend]:
    """The messages that the command line names, with its headers and signatures.

    Raises:
        UsageError: one cannot be read or sent, or there is none.
    """
    if options.scenario is not None:
        if options.paths:
            raise UsageError("got messages and `--scenario`", help="send one, then the other")
        found = [_scenario(options, project)]
    else:
        found = _from_files(run, options)
    signer = signer_for(options)
    if signer is None:
        return found
    return [
        ToSend(
            message=with_content(each.message, signer.signed(each.message)),
            session=each.session,
            facts=each.facts,
            scenario=each.scenario,
            because=each.because,
            unsound=each.unsound,
        )
        for each in found
    ]


def _from_files(run: Run, options: SendOptions) -> list[ToSend]:
    from mmctl.cli import world
    from mmctl.mail.sources import STANDARD_INPUT, messages

    if not options.paths:
        raise UsageError(
            "there is nothing to send",
            help="name a message, `-`, `--scenario NAME`, or `--expect` for the cases",
        )
    paths = [
        path if path == STANDARD_INPUT else str(run.directory / path) for path in options.paths
    ]
    stdin = world.standard_input_bytes() if STANDARD_INPUT in paths else None
    headers = [header_of(text) for text in options.header]
    found: list[ToSend] = []
    for message in messages(paths, stdin):
        if len(found) == MESSAGES_AT_MOST:
            raise UsageError(
                f"there are more than {MESSAGES_AT_MOST:,} messages", help="send them in parts"
            )
        found.append(
            ToSend(
                message=outgoing(
                    message.name,
                    message.content,
                    mail_from=options.mail_from,
                    recipients=options.rcpt,
                    headers=headers,
                )
            )
        )
    if not found:
        raise UsageError(f"`{options.paths[0]}` holds no message", help="name .eml files")
    return found


def _scenario(options: SendOptions, project: Project | None) -> ToSend:
    """A message of the library, filled in with the project's own domains."""
    name = options.scenario or ""
    if project is None:
        raise UsageError(
            f"scenario `{name}` needs a project, whose domains and people are filled in",
            help="name its folder with `-C DIR`, or make a project with `mmctl init`",
        )
    from mmctl.cases.library.catalog import entry_of
    from mmctl.cases.library.filling import Library

    library = Library(project)
    found = library.filled(entry_of(name))
    message = outgoing(
        found.entry.name,
        found.message,
        mail_from=found.envelope.mail_from if options.mail_from is None else options.mail_from,
        recipients=options.rcpt or found.envelope.recipients,
        headers=[header_of(text) for text in options.header],
    )
    return ToSend(
        message=message,
        session=found.session,
        facts=found.facts,
        scenario=found.scenario,
        because=found.entry.description,
        unsound=tuple(_unsound(library, found)),
    )


def _unsound(library: Library, found: Filled) -> Iterator[UnsoundEnd]:
    from mmctl.cases.library.sound import looked_at
    from mmctl.client.results import UnsoundEnd

    for verdict in looked_at(library, found).verdicts:
        if not verdict.sound:
            yield UnsoundEnd(
                recipient=verdict.recipient,
                outcome=verdict.outcome.value,
                sound=found.entry.sound.words,
                because=found.entry.because,
            )


def signer_for(options: SendOptions) -> Signer | None:
    """What signs the messages by DKIM; None: no key is given.

    Raises:
        UsageError: the key cannot be read, or what belongs to one is given alone.
    """
    from mmctl.cli.sending.options import DEFAULT_SELECTOR
    from mmctl.client.signing import signer_of

    if options.sign is None:
        for name, value in (
            ("--sign-selector", options.sign_selector),
            ("--sign-domain", options.sign_domain),
        ):
            if value is not None:
                raise UsageError(f"`{name}` needs a key", help="--sign FILE")
        return None
    try:
        pem = read_file(options.sign, at_most=_KEY_AT_MOST)
    except OSError as error:
        raise UsageError(
            f"cannot read `--sign {options.sign}`: {(error.strerror or str(error)).lower()}"
        ) from None
    return signer_of(
        pem, selector=options.sign_selector or DEFAULT_SELECTOR, domain=options.sign_domain
    )
