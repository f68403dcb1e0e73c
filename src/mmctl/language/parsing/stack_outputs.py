"""`${stack.Output}` in the variables and bindings of an environment: replaced before all else.

What a stack says is known only where the service is asked. Elsewhere a stand-in of the right form
takes its place, so that rules can be checked and judged.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.stack import FIXED_OUTPUTS, may_be_output
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Node, Scalar, Sequence
from mmctl.language.text.suggest import did_you_mean
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION, partition_of
from mmctl.patterns import Pattern
from mmctl.problem import Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.language.project import Environment
    from mmctl.problem import Position

PLACES: Final = ("vars", "bindings")
"""The keys of an environment under which outputs stand."""
_USE: Final = Pattern(r"\$(\$\{)|\$\{stack\.([A-Za-z0-9]+)\}")
_ARNS: Final = {
    "Secret": "secretsmanager:{place}:secret:{name}-000000",
    "Topic": "sns:{place}:{name}",
    "Key": "kms:{place}:key/00000000-0000-0000-0000-{digits:.12}",
    "Function": "lambda:{place}:function:{name}",
    "Bucket": "s3:::{name}",
    "LogGroup": "logs:{place}:log-group:/aws/vendedlogs/{name}",
    "Role": "iam::{account}:role/{name}",
}
"""The ARN of a stand-in, by a word in the name of the output; the last where none is."""
_OUTPUTS: Final = (
    "such as `BucketRecordsName`, `TopicAuditArn`, `RoleWriterArn`, `KeyMailArn`, "
    "`VpcEndpointPublicMxId`, `MailServerName`: the page on staging in the manual lists them"
)
_IDS: Final = {"VpcEndpoint": "vpce-0{digits:.16}", "Instance": "i-0{digits:.16}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """What stands in for the outputs of an environment's stacks."""

    environment: str
    account: str
    region: str

    def of(self, name: str) -> str:
        """A value of the form that an output's name tells; another for each of them."""
        digits = sha256(f"{self.environment}/{name}".encode()).hexdigest()
        plain = f"stand-in-{name.lower()}-{digits:.6}"
        if name.endswith("Arn"):
            form = next((each for word, each in _ARNS.items() if word in name), _ARNS["Role"])
            place = f"{self.region}:{self.account}"
            parts = form.format(name=plain, digits=digits, place=place, account=self.account)
            return f"arn:{partition_of(self.region).id}:{parts}"
        if name.endswith("Address"):
            return f"192.0.2.{int(digits[:2], 16)}"
        if name == "MailServerName":
            return f"ec2-192-0-2-{int(digits[:2], 16)}.compute-1.amazonaws.com"
        if name.endswith("Id"):
            form = next((each for word, each in _IDS.items() if word in name), "{name}")
            return form.format(name=plain, digits=digits)
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOutputs:
    """What the stacks of environments say, and what was wrong with the uses of it."""

    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Outputs by environment; those of other environments have stand-ins."""
    problems: list[Problem] = field(default_factory=list)

    def put_into(self, node: Node) -> Node:
        """A project file in which environments have the outputs themselves."""
        if not isinstance(node, MappingNode):
            return node
        return _with(node, {"environments"}, lambda _, each: self._in_environments(each))

    def _in_environments(self, node: Node) -> Node:
        if not isinstance(node, MappingNode):
            return node
        return _with(node, None, self._in_environment)

    def _in_environment(self, environment: str, node: Node) -> Node:
        if not isinstance(node, MappingNode):
            return node
        place = StandIns(
            environment=environment,
            account=_text(node.get("account")) or EMBEDDED_ACCOUNT,
            region=_text(node.get("region")) or EMBEDDED_REGION,
        )
        return _with(node, set(PLACES), lambda _, each: self._replaced(place, each))

    def _replaced(self, place: StandIns, node: Node) -> Node:
        match node:
            case Scalar():
                return self._in_text(place, node) if "${stack." in node.text else node
            case Sequence():
                items = tuple(self._replaced(place, item) for item in node.items)
                return Sequence(node.position, items)
            case MappingNode():
                return _with(node, None, lambda _, each: self._replaced(place, each))
            case _:
                assert_never(node)

    def _in_text(self, place: StandIns, node: Scalar) -> Scalar:
        text = _USE.sub(
            lambda use: use[0] if use[1] else self._output(place, use[2], node.position),
            node.text,
        )
        return Scalar(node.position, text, node.plain, node.commented)

    def _output(self, place: StandIns, name: str, position: Position) -> str:
        environment = place.environment
        known = self.known.get(environment)
        if known is not None and name in known:
            return known[name]
        if known is not None or not may_be_output(name):
            helped = did_you_mean(name, FIXED_OUTPUTS if known is None else known)
            self.problems.append(
                Problem(
                    check="unknown-name",
                    severity=Severity.ERROR,
                    position=position,
                    message=f"the stacks of `{environment}` have no output `{name}`",
                    help=helped or (_OUTPUTS if known is None else _nothing_else(known)),
                )
            )
        return place.of(name)


def outputs_used(node: Node | None) -> tuple[str, ...]:
    """The outputs that the variables and bindings of an environment use, each once."""
    if not isinstance(node, MappingNode):
        return ()
    parts = [value for key, value in node.entries if key.text in PLACES]
    return tuple(dict.fromkeys(name for part in parts for name in _uses(part)))


def output_of(environment: Environment, value: str) -> str | None:
    """The output of an environment's stacks that a value is the stand-in for; None: it is none."""
    found = stand_ins_of(environment)
    return next((name for name, text in found.items() if text == value), None)


def stand_ins_of(environment: Environment) -> dict[str, str]:
    """What stands in for each output that an environment uses."""
    place = StandIns(
        environment=environment.name,
        account=environment.account or EMBEDDED_ACCOUNT,
        region=environment.region or EMBEDDED_REGION,
    )
    return {name: place.of(name) for name in environment.stack_outputs}


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None


def _nothing_else(known: Mapping[str, str]) -> str:
    if not known:
        return "deploy them: `mmctl foundation up`, and `mmctl staging up` where there is a server"
    return f"they have {', '.join(f'`{name}`' for name in sorted(known))}"


def _uses(node: Node) -> Iterator[str]:
    match node:
        case Scalar():
            yield from (use[2] for use in _USE.finditer(node.text) if use[2])
        case Sequence():
            for item in node.items:
                yield from _uses(item)
        case MappingNode():
            for _, value in node.entries:
                yield from _uses(value)
        case _:
            assert_never(node)


def _with(node: MappingNode, keys: set[str] | None, change: _Change) -> MappingNode:
    """A mapping in which the values of some keys (None: of all) are changed."""
    entries = tuple(
        (key, change(key.text, value) if keys is None or key.text in keys else value)
        for key, value in node.entries
    )
    return MappingNode(node.position, entries)


if TYPE_CHECKING:
    from collections.abc import Callable

    _Change = Callable[[str, Node], Node]
