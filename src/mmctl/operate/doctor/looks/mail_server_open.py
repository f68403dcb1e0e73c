"""The internal mail server of staging answers others than the relays of Mail Manager.

Looked at:
    Where `stack.mail_server` is set: the inbound rules of the mail server's security group, as the
    staging stack made it, against `relay_networks`.
Corrected by:
    `aws ec2 revoke-security-group-ingress`: a stack does not take back what was done by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.stack import staging_stack
from mmctl.operate.dns.mail_server import answers_others
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom, line_of
from mmctl.operate.doctor.scene import names_of
from mmctl.operate.staging.mail_server import GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.stack import MailServer
    from mmctl.live.aws.ec2 import PortOpening
    from mmctl.operate.doctor.scene import Scene

_WITH_PORTS: Final = frozenset({"tcp", "udp"})


def run(scene: Scene) -> Iterator[Said]:
    """Look at the groups that the staging stack made for the mail server."""
    environment = scene.project.environment
    stack = environment.stack
    server = None if stack is None else stack.mail_server
    if server is None:
        raise NotAsked("the environment has no mail server of its own")
    name = staging_stack(scene.project.settings.project, environment.name, stack)
    groups = scene.services.network.groups_of_stack(name, GROUP)
    if not groups:
        raise NotAsked(f"stack {name} has no mail server yet", scene.command("staging", "up"))
    for group in groups:
        admitted = [(rule, other) for rule in group.inbound for other in _others(rule, server)]
        if admitted:
            others = list(dict.fromkeys(other for _, other in admitted))
            yield FoundFault(
                text=f"security group `{group.id}` of the mail server admits {names_of(others)}",
                why="the mail server takes mail that no rule has seen",
                commands=tuple(_revoke(group.id, rule, other) for rule, other in admitted),
            )
        else:
            yield SoundPart(text=f"the mail server answers relay networks alone: `{group.id}`")


def _others(rule: PortOpening, server: MailServer) -> tuple[str, ...]:
    return (*answers_others(server, rule.networks), *rule.groups, *rule.lists)


def _revoke(group: str, rule: PortOpening, other: str) -> str:
    """The command that takes one of them out of an opening, in the CLI's short form."""
    if other.startswith("sg-"):
        member = f"UserIdGroupPairs=[{{GroupId={other}}}]"
    elif other.startswith("pl-"):
        member = f"PrefixListIds=[{{PrefixListId={other}}}]"
    elif ":" in other:
        member = f"Ipv6Ranges=[{{CidrIpv6={other}}}]"
    else:
        member = f"IpRanges=[{{CidrIp={other}}}]"
    ports = f"FromPort={rule.first},ToPort={rule.last}," if rule.protocol in _WITH_PORTS else ""
    return line_of(
        *("aws", "ec2", "revoke-security-group-ingress", "--group-id", group),
        *("--ip-permissions", f"IpProtocol={rule.protocol},{ports}{member}"),
    )


LOOK = DoctorLook(symptom=Symptom.DNS, text=__doc__, run=run)
