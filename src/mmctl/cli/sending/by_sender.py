"""Cases sent from inside the network of an environment: `mmctl send --expect --via staging`.

Everything is decided here: which cases, where to, with which names. The sender only holds the
sessions. It gets no password and no key, so ingress points that want one are not sent to.
"""

from __future__ import annotations

import secrets
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.cli.sending.destination import Destination, endpoint_at
from mmctl.cli.sending.ways import OpenWay, endpoint_for, loose, session_has
from mmctl.client.errand import BadErrand, errand_document, look_of, sent_of
from mmctl.client.expecting import CaseSending
from mmctl.errors import CouldNot, UsageError
from mmctl.language.stack import SENDER, twin_of
from mmctl.model.enums import IngressPointType
from mmctl.operate.staging.courier import Courier, packed_program
from mmctl.operate.staging.endpoints import host_output
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.cases.case import Case
    from mmctl.cli.run import Run
    from mmctl.cli.sending.options import SendOptions
    from mmctl.client.outgoing import Outgoing
    from mmctl.client.sorting import SortedCase
    from mmctl.language.project import Project

_PORT: Final = 587
_SECONDS: Final = 1_800
_ROOMS: Final = ("client", "mail", "model")
_FILES: Final = (
    "__init__.py",
    "counted.py",
    "errors.py",
    "inputs.py",
    "patterns.py",
    "problem.py",
    "records.py",
    "visible.py",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSender:
    """The sender of an environment, and where its ingress points are from there."""

    project: Project
    courier: Courier
    hosts: Mapping[str, str]
    """Hosts in the network by the ingress points of the project."""

    def ways(self, run: Run, options: SendOptions, cases: Sequence[Case]) -> dict[str, OpenWay]:
        """The ways to the ingress points of the cases; the sender looks at each.

        Raises:
            CouldNot: none can be reached, or the sender cannot be asked.
        """
        named = dict.fromkeys(case.ingress_point for case in cases if case.ingress_point)
        endpoints = {
            name: loose(endpoint_at(options, self.hosts[name], _PORT, self.project, name))
            for name in named
            if name in self.hosts
        }
        for name in named:
            if name not in self.hosts:
                run.say(f"note: {self._why_not(name)}")
        if not endpoints:
            raise CouldNot(
                "no ingress point of these cases can be reached from the sender",
                help="the public open ones get a private twin, those in the network an endpoint "
                "of the stack: mmctl staging up",
            )
        answer = self.courier.run(errand_document([*endpoints.values()], []), _new_id())
        ways: dict[str, OpenWay] = {}
        for (name, endpoint), document in zip(
            endpoints.items(), _rows(answer, "looks", len(endpoints)), strict=True
        ):
            look = _read(look_of, document)
            if look.failure is not None and not look.failure.answered:
                run.say(f"note: ingress point `{name}`: {look.failure.message}")
                continue
            has = session_has(endpoint, look.address, encrypts=look.encrypts)
            destination = Destination(endpoint=endpoint, project=self.project)
            ways[name] = OpenWay(destination=destination, has=has, follower=None)
        if not ways:
            raise CouldNot(
                "the sender reaches no ingress point",
                help="see what is wrong with them: mmctl doctor",
            )
        return ways

    def send(
        self, sends: Sequence[tuple[int, OpenWay, SortedCase, Outgoing]]
    ) -> dict[int, CaseSending]:
        """Send cases, each at its place; those for one ingress point in one session.

        Raises:
            CouldNot: the sender cannot be asked, or answers something else.
        """
        if not sends:
            return {}
        errand = errand_document(
            [], [(endpoint_for(way, case), message) for _, way, case, message in sends]
        )
        rows = _rows(self.courier.run(errand, _new_id()), "sent", len(sends))
        return {
            place: CaseSending(
                sorted=case, sent=_read(lambda each, message=message: sent_of(each, message), row)
            )
            for (place, _, case, message), row in zip(sends, rows, strict=True)
        }

    def unseen(self, points: Sequence[str]) -> tuple[str, ...]:
        """What this way of sending cannot show, for evidence."""
        return tuple(
            f"{name} was tried by its private twin {twin_of(name)}: its public address, port 25, "
            "and SPF of a sender outside were not seen"
            for name in sorted(points)
            if name in self.project.environment.twins
        )

    def _why_not(self, name: str) -> str:
        point = self.project.ingress_points.get(name)
        if point is None:
            return f"there is no ingress point `{name}`"
        if point.ingress_point.type is not IngressPointType.OPEN:
            kind = point.ingress_point.type.lower()
            return f"ingress point `{name}` is of type {kind}: no secret goes to the sender"
        return f"ingress point `{name}` is not in the network of the sender"


def network_sender(run: Run, project: Project) -> NetworkSender:
    """The sender of the environment; `run` has what its stacks say.

    Raises:
        UsageError: the environment has no sender.
        CouldNot: its stack has not.
    """
    from mmctl.live.aws.connect import open_bucket, open_service
    from mmctl.live.aws.systems_manager import MachineCommands
    from mmctl.operate.staging.sections import store_of

    environment = project.environment
    if environment.stack is None or not environment.stack.sender:
        raise UsageError(
            f"environment `{environment.name}` has no sender",
            help="write `stack: {sender: true}` in `mmctl.yaml`, then: mmctl staging up",
        )
    outputs = (run.outputs or {}).get(environment.name, {})
    if SENDER not in outputs:
        raise CouldNot(
            f"the stacks of `{environment.name}` have no output `{SENDER}`",
            help=f"deploy them: mmctl staging up --env {environment.name}",
        )
    bucket, prefix = store_of(project)
    client = open_service(environment, "ssm")
    courier = Courier(
        bucket=open_bucket(environment, bucket),
        prefix=prefix,
        machine=MachineCommands(client, world.sleep, world.elapsed, seconds=_SECONDS),
        instance=outputs[SENDER],
        region=str(client.meta.region_name),
        program=packed_program(sending_modules()),
    )
    hosts = {name: outputs[output] for name, output in _host_outputs(project) if output in outputs}
    return NetworkSender(project=project, courier=courier, hosts=hosts)


def sending_modules() -> dict[str, bytes]:
    """The modules that send, by their paths: they need nothing but Python."""
    package = files("mmctl")
    found = {f"mmctl/{name}": package.joinpath(name).read_bytes() for name in _FILES}
    for room in _ROOMS:
        for module in package.joinpath(room).iterdir():
            if module.name.endswith(".py"):
                found[f"mmctl/{room}/{module.name}"] = module.read_bytes()
    return found


def _host_outputs(project: Project) -> Iterator[tuple[str, str]]:
    """The outputs with the hosts of ingress points that the sender may send to."""
    for name, point in project.ingress_points.items():
        if name in project.environment.twins:
            yield name, host_output(twin_of(name))
        elif point.ingress_point.type is IngressPointType.OPEN:
            yield name, host_output(name)


def _rows(answer: Mapping[str, Any], name: str, number: int) -> list[Any]:
    rows = answer.get(name)
    if not isinstance(rows, list) or len(rows) != number:
        raise _strange()
    return rows


def _read(reads: Any, document: Any) -> Any:
    try:
        return reads(document)
    except BadErrand:
        raise _strange() from None


def _strange() -> CouldNot:
    return CouldNot(
        "the sender answers something else than what became of the mail",
        help="send again; if it stays so, look at the machine: mmctl staging status",
    )


def _new_id() -> str:
    return secrets.token_hex(12)
