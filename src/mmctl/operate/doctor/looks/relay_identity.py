"""A relay's recipients are in a domain that is no verified identity of SES.

Looked at:
    The domains that relaying rules name, and those that open ingress points admit by name where a
    rule relays: whether SES v2 has each as a verified identity.
Corrected by:
    `aws sesv2 create-email-identity`, then the DNS records that `mmctl dns` prints.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.analysis.own_domains import own_domains
from mmctl.live.plan.preflight import recipient_domains
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom, line_of, tried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Ask for the identity of each domain."""
    domains = domains_of(scene)
    if not domains:
        raise NotAsked("no rule relays mail for a domain that is known")
    for domain in domains:
        yield from tried(f"identity {domain}", partial(_look, scene, domain))


def domains_of(scene: Scene) -> tuple[str, ...]:
    """The domains of recipients that rules relay for, as far as the rules and policies say."""
    found: list[str] = []
    relays = False
    for _, rule_set in scene.rule_sets():
        for rule in rule_set.rules:
            if any(action.relay is not None for action in rule.actions):
                relays = True
                found += recipient_domains(rule)
    if relays:
        found += sorted(own_domains(scene.project))
    return tuple(dict.fromkeys(each.lower() for each in found if not each.startswith(".")))


def _look(scene: Scene, domain: str) -> Iterator[Said]:
    found = scene.services.sending.identity(domain)
    if found is not None and found.verified:
        yield SoundPart(text=f"{domain} is a verified identity")
        return
    create = line_of("aws", "sesv2", "create-email-identity", "--email-identity", domain)
    dns = scene.command("dns")
    yield FoundFault(
        text=f"rules relay mail for {domain}, which is "
        + ("no identity of SES" if found is None else f"not verified: {found.status or 'pending'}"),
        why="the service does not try to relay it, and the action fails",
        commands=(create, dns) if found is None else (dns,),
    )


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
