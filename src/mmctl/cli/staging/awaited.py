"""What an environment waits for outside: DNS records of domains, the exit from the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import CouldNot, StoppedPartWay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cli.staging.place import StackPlace


def check_awaited(place: StackPlace) -> None:
    """Stop where something outside is awaited; what SES does not say is no reason to stop.

    Raises:
        StoppedPartWay: records must be published, or the sandbox left; run again, it goes on.
    """
    lines = [*_records(place), *_sandbox(place)]
    if lines:
        raise StoppedPartWay(
            f"{place.environment.name} waits for something outside",
            help="do that, then run this again: it goes on from here",
            details=tuple(lines),
        )


def _records(place: StackPlace) -> Iterator[str]:
    """Domains count whoever made their identities: unverified, they relay and send nothing."""
    from mmctl.compiler.compile import compile_project
    from mmctl.live.aws.sending_account import SesSending
    from mmctl.operate.foundation.needs import verified_domains

    # Templates were made of it: it fits into the service.
    desired, _ = compile_project(place.project, place.run.packings)
    domains = verified_domains(place.project, desired)
    if not domains:
        return
    try:
        ses = SesSending(place.open)
        found = {domain: ses.identity(domain) for domain in domains}
    except CouldNot as error:
        place.run.say(f"warning: whether domains are verified is unknown: {error.message}")
        return
    for domain, identity in found.items():
        if identity is not None and identity.verified:
            continue
        tokens = () if identity is None else identity.tokens
        yield f"{domain} is not verified: publish"
        for token in tokens:
            yield f"  {token}._domainkey.{domain} CNAME {token}.dkim.amazonses.com"
        if not tokens:
            yield "  the records that SES has not said yet: run this again in a minute"


def _sandbox(place: StackPlace) -> Iterator[str]:
    """Rules that send by SES reach verified addresses alone in the sandbox."""
    from mmctl.live.aws.sending_account import SesSending
    from mmctl.model.rules import SendAction

    sends = any(
        isinstance(action.value, SendAction)
        for rule_set in place.project.rule_sets.values()
        for rule in rule_set.live_rules(place.environment.name)
        for action in rule.actions
    )
    if not sends:
        return
    try:
        inside = not SesSending(place.open).account().production
    except CouldNot as error:
        place.run.say(f"warning: whether SES is in its sandbox is unknown: {error.message}")
        return
    if inside:
        yield "SES is in its sandbox, and rules send mail: ask AWS for production access"
