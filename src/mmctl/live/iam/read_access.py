"""What `mmctl plan` needs: permission to read everything and write nothing, and the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.live.iam.scope import actions_of, nouns_of, receivers, statement
from mmctl.model.actions import row_of
from mmctl.model.kinds import Noun
from mmctl.model.logs import DestinationType, destination_type_of
from mmctl.model.things import BUCKET, IDENTITY, KEY, LOG_GROUP, STREAM, THINGS, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.iam.scope import Place, Statement

_LOG_READS: Final = (
    "logs:DescribeDeliveries",
    "logs:DescribeDeliverySources",
    "logs:GetDeliveryDestination",
    "logs:ListTagsForResource",
)


def read_statements(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """What is live: lists of the account, objects of the project's kinds, log deliveries.

    Reading is not bound to our tag: the plan shows objects with one of our names and no tag.
    """
    nouns = nouns_of(desired)
    # What there is of each kind is listed whatever the files have: something may be left over.
    lists = [f"ses:List{noun.api.plural}" for noun in Noun]
    yield statement("ListMailManager", [*lists, "ses:ListTagsForResource"], ["*"])
    gets = [f"ses:Get{noun}" for noun in nouns]
    members = ["ses:ListMembersOfAddressList"] if Noun.ADDRESS_LIST in nouns else []
    if gets:
        kinds = [place.of_noun(noun) for noun in nouns]
        yield statement("ReadMailManager", [*gets, *members], kinds)
    if receivers(desired):
        yield statement("ReadLogDeliveries", _LOG_READS, ["*"])


def store_statements(place: Place, *, writes: bool) -> Iterator[Statement]:
    """Objects below the prefix of the history, their names, and the key of the bucket.

    A conditional write reads what it replaces. S3 chooses the key, so the key is bound to its use
    by S3 and to this bucket.
    """
    if place.store is None:
        return
    bucket, _, prefix = place.store.partition("/")
    below = f"{prefix}/*"
    more = ["s3:DeleteObject", "s3:PutObject"] if writes else []
    yield statement("Store", ["s3:GetObject", *more], [place.bucket(f"{bucket}/{below}")])
    names = {"s3:prefix": [below]}
    yield statement("StoreNames", ["s3:ListBucket"], [place.bucket(bucket)], StringLike=names)
    yield statement(
        "StoreKey",
        ["kms:Decrypt", *(["kms:GenerateDataKey"] if writes else [])],
        [place.arn("kms", "key/*")],
        StringEquals={"kms:ViaService": f"s3.{place.region}.{place.suffix}"},
        StringLike={
            "kms:EncryptionContext:aws:s3:arn": [
                place.bucket(bucket),
                place.bucket(f"{bucket}/{below}"),
            ]
        },
    )


def signing_statements(place: Place, *, applies: bool) -> Iterator[Statement]:
    """The key that signs plans: a planner signs with it, an applier only verifies signatures."""
    if place.plan_key is not None:
        actions = ["kms:Verify"] if applies else ["kms:DescribeKey", "kms:Sign"]
        yield statement("PlanKey", actions, [place.plan_key])


def preflight_statements(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """What preflight asks before an apply: without these, it says that it could not ask."""
    asked: dict[Thing, set[str]] = {thing: set() for thing in THINGS}
    for thing, name in named_things(desired):
        asked[thing].add(place.filled(thing.resource, name=name))
    for thing, arns in asked.items():
        if arns and thing.asked_with is not None:
            sid = f"Preflight{thing.plural.title().replace(' ', '')}"
            yield statement(sid, [thing.asked_with], arns)


def named_things(desired: LiveConfiguration) -> Iterator[tuple[Thing, str]]:
    """What rules name in other services, which preflight asks for."""
    for action in actions_of(desired):
        named = row_of(action).named(action)
        yield from ((what, name) for what, name in named if isinstance(what, Thing))
        if action.relay is not None:
            yield IDENTITY, ""  # of the recipients' domains, which can be any
    for thing in desired.objects:
        yield from ((KEY, arn) for arn in thing.kms_keys)
    for arn in receivers(desired):
        match destination_type_of(arn):
            case DestinationType.CLOUDWATCH_LOGS:
                yield LOG_GROUP, arn
            case DestinationType.S3:
                yield BUCKET, arn.rpartition(":")[2].partition("/")[0]
            case DestinationType.FIREHOSE:
                yield STREAM, arn
            case None:
                continue
            case never:
                assert_never(never)
