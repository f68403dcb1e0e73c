"""The MX records of a domain lead to another server.

Looked at:
    With --probe, or --zone FILE: the MX records of each domain that a public open ingress point
    admits by name, and whether one is its A record or has the same address.
Corrected by:
    The MX records of the domain; `mmctl dns` prints those that are wanted.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.analysis.own_domains import admitted_domains, is_open
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom, tried
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import NameService, Scene


def run(scene: Scene) -> Iterator[Said]:
    """Look at the MX of each admitted domain."""
    names = scene.names
    hosts = {
        each.live.a_record.lower().rstrip(".")
        for each in scene.live_points()
        if each.live is not None and each.live.a_record and is_open(each.logical)
    }
    domains = domains_of(scene)
    if not hosts or not domains:
        raise NotAsked("no public open ingress point admits a domain by name")
    for domain in domains:
        yield from tried(f"MX of {domain}", partial(_look, scene, names, domain, hosts))


def domains_of(scene: Scene) -> tuple[str, ...]:
    """The domains that public open ingress points admit by name."""
    found: list[str] = []
    for each in scene.points():
        policy = scene.project.traffic_policies.get(each.logical.ingress_point.traffic_policy_id)
        if policy is not None and is_open(each.logical):
            found += admitted_domains(scene.project, policy.policy)
    return tuple(dict.fromkeys(each for each in found if not each.startswith("below")))


def _look(scene: Scene, names: NameService, domain: str, hosts: set[str]) -> Iterator[Said]:
    exchanges = names.exchanges(domain)
    if not exchanges:
        yield FoundFault(
            text=f"{domain} has no MX record",
            why="senders try the domain's own address, which is not the ingress point",
            commands=(scene.command("dns"),),
        )
        return
    there = [each for each in exchanges if each.lower().rstrip(".") in hosts]
    if not there:
        addresses = {one for host in sorted(hosts) for one in names.addresses(host)}
        there = [each for each in exchanges if addresses & {*names.addresses(each)}]
    if there:
        yield SoundPart(text=f"MX of {domain}: {names_of(exchanges)}")
    else:
        yield FoundFault(
            text=f"the MX of {domain} is {names_of(exchanges)}, not {names_of(sorted(hosts))}",
            why="mail for it goes to another server",
            commands=(scene.command("dns"),),
        )


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
