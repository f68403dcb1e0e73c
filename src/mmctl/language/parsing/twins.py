"""Private twins of ingress points, for an environment with a sender.

A public ingress point of type open answers on port 25 alone, which most machines may not use to the
outside. A twin in the network of the sender has the same policy and rule set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.parsing.stack_outputs import StandIns
from mmctl.language.stack import twin_of, vpc_endpoint_output
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION
from mmctl.model.enums import IngressPointType
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.project import Environment, LogicalIngressPoint


def with_twins(
    environment: Environment,
    points: Mapping[str, LogicalIngressPoint],
    known: Mapping[str, str] | None,
    builder: Builder,
) -> Environment:
    """The environment with the VPC endpoints of the twins that its ingress points get.

    `known` is what its stacks said; None: stand-ins take the place of it.
    """
    if environment.stack is None or not environment.stack.sender:
        return environment
    stand_ins = StandIns(
        environment=environment.name,
        account=environment.account or EMBEDDED_ACCOUNT,
        region=environment.region or EMBEDDED_REGION,
    )
    twins: dict[str, str] = {}
    outputs = [*environment.stack_outputs]
    for name, point in points.items():
        if not _is_twinned(point):
            continue
        twin = twin_of(name)
        output = vpc_endpoint_output(twin)
        outputs.append(output)
        if twin in points:
            message = f"ingress point `{name}` gets a private twin of this name"
            builder.report("duplicate-name", points[twin].position, message, "give it another name")
        elif known is not None and output not in known:
            builder.report(
                "unknown-name",
                environment.position,
                f"the stacks of `{environment.name}` have no output `{output}`",
                f"deploy them: `mmctl staging up --env {environment.name}`",
            )
        else:
            twins[name] = stand_ins.of(output) if known is None else known[output]
    unique = tuple(dict.fromkeys(outputs))
    return replace(environment, twins=twins, stack_outputs=unique)


def _is_twinned(point: LogicalIngressPoint) -> bool:
    """Whether an ingress point is open to the world, and takes mail."""
    network = point.ingress_point.network_configuration
    private = network is not None and network.private_network_configuration is not None
    return not private and not point.closed and point.ingress_point.type is IngressPointType.OPEN
