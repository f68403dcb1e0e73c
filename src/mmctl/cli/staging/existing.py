"""What a foundation names that is in the account already, and not by its own stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mmctl.cli.staging.place import StackPlace
    from mmctl.live.aws.surroundings import Presence, Surroundings

_ASKED: Final[Mapping[str, Callable[[Surroundings, str], Presence]]] = {
    "AWS::IAM::OIDCProvider": lambda around, arn: around.provider(arn),
    "AWS::IAM::Role": lambda around, arn: around.role(arn),
    "AWS::KMS::Alias": lambda around, arn: around.key(arn),
    "AWS::Logs::LogGroup": lambda around, arn: around.log_group(arn),
    "AWS::S3::Bucket": lambda around, name: around.bucket(name),
    "AWS::SES::EmailIdentity": lambda around, name: around.identity(name),
    "AWS::SNS::Topic": lambda around, arn: around.topic(arn),
}


def existing_things(
    place: StackPlace, named: Iterable[tuple[str, str]], stack: str
) -> frozenset[str]:
    """Names and ARNs of what is there and not in the stack; what nobody may ask for is not."""
    from mmctl.live.aws.surroundings import Presence, Surroundings

    state = place.service.stack(stack)
    resources = place.service.resources(state.id) if state is not None else ()
    held = {(each.type, each.physical_id) for each in resources}
    around = Surroundings(place.open)
    there = {Presence.THERE, Presence.UNFIT}
    return frozenset(
        name
        for type_, name in named
        if held.isdisjoint((type_, each) for each in _ids(name))
        and _ASKED[type_](around, name) in there
    )


def _ids(name: str) -> tuple[str, ...]:
    """What CloudFormation may call a thing: its ARN, its name, or the end of its name."""
    from mmctl.operate.foundation.home import name_in

    plain = name_in(name)
    return (name, plain, plain.rpartition("/")[2])
