"""Imported rules end mail as a real Postfix does, or the report names the difference."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from emulator.postfix_server import needs_postfix
from interchange.postfix.imports import ImportedPostfix
from interchange.postfix.random_configurations import RandomPostfix
from interchange.postfix.real_postfix import Ending, needs_pcre, sinks, tried
from mmctl.api import Envelope, Session, Stated, judge

if TYPE_CHECKING:
    from interchange.postfix.real_postfix import Mail

pytestmark = [pytest.mark.slow, needs_postfix, needs_pcre]
MAILS = 60
NOT_HEARD = {"dropped", "delivered"}
NAMED_ANYWAY = {"rejected-after-acceptance", "quarantine-is-an-archive"}
"""Differences that change no ending: who says no, and where mail is held."""


def ending_here(imported: ImportedPostfix, mail: Mail, number: int) -> tuple[Ending, list[str]]:
    """How the imported rules end a message, and the rules that applied."""
    stated = Stated(
        envelope=Envelope(mail_from=mail.sender, recipients=(mail.recipient,)),
        session=Session(source_ip=mail.client, helo=mail.helo),
    )
    [got] = judge(imported.project, mail.content(number), stated).trace.recipients
    reached = {
        (action.recipient.lower(), imported.project.relays[str(action.target)].relay.server_port)
        for rule in got.rules
        if rule.applied
        for action in rule.actions
        if action.done and action.kind == "relay"
    }
    outcome = {"refused": "rejected", "bounced": "rejected", "stored": "held"}.get(
        got.outcome, str(got.outcome)
    )
    if any(action.kind == "bounce" for action in got.actions_of_all_copies):
        outcome = "rejected"
    return Ending(outcome, frozenset(reached)), [*got.applied, *([got.by] if got.by else [])]


def same(mail: Mail, there: Ending, here: Ending) -> bool:
    """Whether two endings are the same for the recipient, and for the sender."""
    if not mail.sender and here.outcome == "rejected" and there.outcome in NOT_HEARD:
        return there.reached == here.reached  # nobody hears of a bounce
    return there.outcome == here.outcome and (
        there.outcome != "delivered" or there.reached == here.reached
    )


def named(imported: ImportedPostfix, there: Ending, applied: list[str]) -> bool:
    """Whether the report names a difference of a rule that decided, there or here."""
    rules = [imported.rule_named(name) for name in applied]
    text = re.search(r" (t[0-9]+)$", there.reply)
    if text:
        rules += [
            rule
            for rule in imported.lowered.rules
            if re.search(rf"\b{text[1]}\b", rule.source.text)
        ]
    if "Alias expansion error" in there.reply:
        return any("again and again" in each.why for each in imported.lowered.source.unread)
    word = {"held": "HOLD", "dropped": "DISCARD"}.get(there.outcome)
    if word:
        rules += [rule for rule in imported.lowered.rules if f" {word}" in rule.source.text]
    codes = {each.code for rule in rules if rule is not None for each in rule.differences}
    return bool(codes - NAMED_ANYWAY)


@pytest.mark.parametrize("seeds", [range(4), range(4, 8)])
def test_any_configuration_ends_mail_as_postfix_does(seeds: range) -> None:
    endings: Counter[str] = Counter()
    with sinks(3) as recorders:
        for seed in seeds:
            dice = random.Random(seed)  # noqa: S311 - the same each time
            made = RandomPostfix(dice, [each.port for each in recorders])
            made.make()
            mails = made.mails(MAILS)
            with tried(made.main, made.files, recorders) as server:
                main = (server.server.folder / "etc" / "main.cf").read_bytes()
                there = server.ends(mails)
            imported = ImportedPostfix.of({"main.cf": main, **made.files})
            wrong = []
            for number, (mail, ending) in enumerate(zip(mails, there, strict=True)):
                here, applied = ending_here(imported, mail, number)
                if same(mail, ending, here):
                    endings[ending.outcome] += 1
                elif named(imported, ending, applied):
                    endings["named"] += 1
                else:
                    wrong.append((mail, ending, here, applied))
            assert wrong == [], f"seed {seed}"
    assert endings["delivered"] > 10
    assert endings["rejected"] > 20
    assert endings["named"] < sum(endings.values()) / 5
