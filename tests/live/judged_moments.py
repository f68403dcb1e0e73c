"""Mail judged by what is live at every moment between two writes of an apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.embedded import embedded_in
from mmctl.judge.judging import judge
from mmctl.judge.submission import Scenario
from mmctl.language.readings import Readings
from mmctl.language.references import references
from mmctl.live.aws.connect import connect
from mmctl.live.ordinary.ingress import gateway_of, live_ingress
from mmctl.live.ordinary.messages import standing_set
from mmctl.live.ordinary.treatment import relay_names, treatment_of
from mmctl.live.ordinary.values import ProjectMail
from mmctl.live.state.canonical import canonical
from mmctl.live.state.read import read_live
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from live.conftest import World
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.ordinary.messages import StandingMessage
    from mmctl.live.ordinary.treatment import Treatment

READS = ("Get", "List", "Describe")


class Moments:
    """What is live before each write of a world, and when it is looked at last."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.states: list[LiveConfiguration] = []
        self.writes: list[str] = []

    def observe(self, operation: str, _parameters: Mapping[str, Any]) -> None:
        """Look before each write."""
        if not operation.startswith(READS):
            self.writes.append(operation)
            self.look()

    def look(self) -> None:
        """Read what is live, by another client."""
        desired, environment = self.world.desired()
        service = connect(environment, embedded_in(self.world.root, clock=self.world.clock.now))
        self.states.append(read_live(service, desired).configuration)


def messages_of(*states: LiveConfiguration) -> Sequence[StandingMessage]:
    """Mail for and from everybody whom the first or the last state names."""
    return standing_set(states[0], states[-1], ProjectMail(), ()).messages


def treated(
    configuration: LiveConfiguration, messages: Sequence[StandingMessage]
) -> list[Treatment]:
    """What becomes of each message."""
    (way,) = live_ingress(configuration).values()
    recipients = tuple(each.submission.envelope.recipients[0] for each in messages)
    gateway = gateway_of(configuration, way, Readings(), recipients)
    names = relay_names(configuration, configuration)
    return [
        treatment_of(
            judge(gateway, each.submission, Scenario(), assume_pass=True).recipients[0], names
        )
        for each in messages
    ]


def gaps(states: Sequence[LiveConfiguration]) -> list[str]:
    """The messages that are judged at some moment neither as before nor as afterwards."""
    messages = messages_of(*states)
    old, new = treated(states[0], messages), treated(states[-1], messages)
    known: dict[str, list[str]] = {}
    for place, state in enumerate(states):
        seen = what_mail_meets(state)
        if seen not in known:
            known[seen] = [
                f"before write {place}: {message.subject}: {now.outcome}"
                for message, now, was, will in zip(
                    messages, treated(state, messages), old, new, strict=True
                )
                if not (now.same(was) or now.same(will))
            ]
    return [line for found in known.values() for line in found]


def what_mail_meets(configuration: LiveConfiguration) -> str:
    """All but lists that nothing refers to: while a list is filled, nobody looks in it."""
    looked_in = {
        reference.name
        for thing in configuration.objects
        for reference in references(thing.shape)
        if reference.kind is Kind.ADDRESS_LIST
    }
    return repr(
        [
            canonical(thing)
            for thing in configuration.objects
            if thing.kind is not Kind.ADDRESS_LIST or thing.name in looked_in
        ]
    )
