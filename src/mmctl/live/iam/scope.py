"""Where the things of a policy are: partition, account, region, store, and known ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.model.endpoints import partition_of
from mmctl.model.kinds import Kind, Noun
from mmctl.model.rules import RuleSet
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.model.rules import RuleAction

Policy = dict[str, Any]
Statement = dict[str, Any]

_ALIAS: Final = Pattern(r"arn:[^:]+:kms:[^:]+:[^:]+:alias/.+")
ACCOUNT: Final = "ACCOUNT"
REGION: Final = "REGION"
"""The placeholders in a policy for what the environment does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a policy is for."""

    account: str = ACCOUNT
    region: str = REGION
    project: str
    store: str | None = None
    """Bucket and prefix of the history: `bucket/prefix/…`; None: a folder."""
    plan_key: str | None = None
    """The key of AWS KMS that signs plans; None: none does."""
    ids: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)
    """The known ids of live objects, by kind and logical name."""

    @property
    def partition(self) -> str:
        """The partition of the region."""
        return partition_of(self.region).id

    @property
    def suffix(self) -> str:
        """The ending of the names of its services."""
        return partition_of(self.region).suffix

    def arn(self, service: str, rest: str) -> str:
        """An ARN in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    def of_noun(self, noun: Noun, id: str = "*") -> str:
        """The ARN of an object of Mail Manager, or of all objects of its kind."""
        return self.arn("ses", f"{noun.api.arn_part}/{id}")

    def filled(self, arn: str, **members: str) -> str:
        """The ARN pattern of a row, filled with partition, region, account and given members."""
        return arn.format(
            partition=self.partition, region=self.region, account=self.account, **members
        )

    def bucket(self, name: str) -> str:
        """The ARN of a bucket, or of objects in one."""
        return f"arn:{self.partition}:s3:::{name}"


def nouns_of(desired: LiveConfiguration) -> list[Noun]:
    """What the objects of a project are in the API; an add-on also has an instance."""
    kinds = {thing.kind for thing in desired.objects}
    rows = [kind.row for kind in Kind if kind in kinds]
    instances = [row.instance.noun for row in rows if row.instance is not None]
    return [*(row.api.noun for row in rows), *instances]


def receivers(desired: LiveConfiguration) -> list[str]:
    """The ARNs that logs go to."""
    return sorted({arn for thing in desired.objects for arn in thing.logging.values()})


def actions_of(desired: LiveConfiguration) -> Iterator[RuleAction]:
    """The actions of all rules."""
    for thing in desired.of_kind(Kind.RULE_SET):
        if isinstance(thing.shape, RuleSet):
            yield from (action for rule in thing.shape.rules for action in rule.actions)


def policy(statements: Iterable[Statement], made: Container[str] = ()) -> Policy:
    """A document of statements; `made` are aliases in whose place the caller puts a key."""
    found = [part for each in statements for part in _by_alias(each, made)]
    return {"Version": "2012-10-17", "Statement": found}


def _by_alias(each: Statement, made: Container[str]) -> Iterator[Statement]:
    """A statement whose keys are named by alias, as one on keys that have the alias.

    An alias as a resource is the alias alone, and allows nothing with its key ("Use aliases to
    control access to KMS keys", AWS KMS Developer Guide).
    """
    resources = each.get("Resource")
    texts = resources if isinstance(resources, list) else []
    aliases = [arn for arn in texts if arn not in made and _ALIAS.fullmatch(str(arn))]
    if not aliases or any("Alias" in action for action in each["Action"]):
        yield each
        return
    others = [arn for arn in texts if arn not in aliases]
    if others:
        yield each | {"Resource": others}
    for number, arn in enumerate(aliases, 1):
        place, name = arn.split(":alias/", 1)
        yield each | {
            "Sid": f"{each['Sid']}ByAlias{'' if number == 1 else number}",
            "Resource": [f"{place}:key/*"],
            "Condition": {
                **each.get("Condition", {}),
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{name}"},
            },
        }


def statement(
    sid: str,
    actions: Iterable[str],
    resources: Iterable[str],
    **conditions: Mapping[str, str | list[str]],
) -> Statement:
    """A statement: actions, resources, and conditions by their operator."""
    found: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(set(actions)),
        "Resource": sorted(set(resources)),
    }
    if conditions:
        found["Condition"] = {name: dict(each) for name, each in conditions.items()}
    return found
