"""The brake `ordinary-mail`: mail that anybody may send ends differently or goes elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.large_domains import ascii_form, large_domains
from mmctl.live.brakes.looking import first_apply, in_logical_rules
from mmctl.live.ordinary.compare import ordinary_mail
from mmctl.live.ordinary.named import senders
from mmctl.live.ordinary.values import About, OrdinaryMail
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan

ALWAYS: Final = ("gmail.com", "outlook.com", "yahoo.com")
"""Large public domains whose mail is always judged, no matter what the rules name."""
MOST_LARGE: Final = 20


def ordinary(plan: Plan) -> Iterator[Grip]:
    """Ordinary mail is treated differently, and nothing in the plan shows that this is intended."""
    found = plan.ordinary if plan.ordinary is not None else judged(plan)
    for difference in found.held:
        yield Grip(
            brake=Brake.ORDINARY_MAIL,
            subject=difference.subject,
            what=difference.what,
            why=_WHY[difference.about],
        )


_WHY: Final = {
    About.DOMAIN: "it is faultless mail for any address of an admitted domain",
    About.LARGE_SENDER: "very many people have their mail there",
    About.ADDRESS: "the rule that decides does not change for that address",
    About.SENDER: "the rule that decides does not change for that sender",
    About.STRANGER: "it was refused until now; accepting mail for other domains makes an open "
    "relay",
    About.CASE: "a case expects its outcome",
}


def with_ordinary_mail(plan: Plan) -> Plan:
    """The plan with what it changes for ordinary mail, judged once."""
    return plan if plan.ordinary is not None else replace(plan, ordinary=judged(plan))


def judged(plan: Plan) -> OrdinaryMail:
    """What a plan changes for ordinary mail; nothing if it changes nothing or is the first."""
    if not plan.edits or first_apply(plan):
        return OrdinaryMail()
    plan = in_logical_rules(plan)
    return ordinary_mail(
        plan.live, plan.desired, past=plan.yesterday, project=plan.project_mail, large=_large(plan)
    )


def _large(plan: Plan) -> tuple[str, ...]:
    """The largest domains, and those that new texts in the plan may mean."""
    known = set(senders(plan.live))
    new = [ascii_form(each) for each in senders(plan.desired) if each not in known]
    texts = [text.lstrip("*@.") for text in new if "@" not in text.lstrip("*@.")]
    meant = [
        domain
        for domain in sorted(large_domains())
        if any(text and (text in domain or domain.endswith(f".{text}")) for text in texts)
    ]
    return tuple(dict.fromkeys((*ALWAYS, *meant[:MOST_LARGE])))
