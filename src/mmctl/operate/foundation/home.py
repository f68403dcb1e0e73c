"""The account and region that a stack is for, and what in it a template may name by reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.iam.scope import ACCOUNT, REGION
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.live.iam.scope import Place
    from mmctl.operate.templates.intrinsic import Value

_ARN: Final = re.compile(
    r"arn:(aws[a-z-]*):([a-z0-9-]+):([A-Za-z0-9-]*):([A-Za-z0-9]*):(.+)", re.DOTALL
)
_ONE: Final = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9]+))?\}")


def home_of(place: Place, arns: Iterable[str]) -> Place:
    """The place with the account and region that its ARNs name, where it names none itself.

    An environment on this machine has no account: its rules say which one they are written for.
    """
    found = [match for arn in arns if (match := _ARN.fullmatch(arn))]
    accounts = sorted({match[4] for match in found if match[4]})
    regions = sorted({match[3] for match in found if match[3]})
    if place.account == ACCOUNT and len(accounts) == 1:
        place = replace(place, account=accounts[0])
    if place.region == REGION and len(regions) == 1:
        place = replace(place, region=regions[0])
    return place


def name_in(arn: str) -> str:
    """What follows the account in an ARN, without the type: `role/a/b` is `a/b`."""
    match = _ARN.fullmatch(arn)
    rest = arn if match is None else match[5]
    return re.sub(r"\A(?:role|key|log-group|function|deliverystream)[/:]", "", rest)


def why_foreign(arn: str, place: Place) -> str | None:
    """Why a stack in a place cannot make what an ARN names; None: it can."""
    match = _ARN.fullmatch(arn)
    if match is None:
        return "it has no ARN"
    if match[4] and match[4] != place.account:
        return f"it is in account {match[4]}"
    if match[3] and match[3] != place.region:
        return f"it is in region {match[3]}"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What ARNs become in a template: references to its resources, or to account and region."""

    place: Place
    made: Mapping[str, str] = field(default_factory=dict)
    """ARNs of what the stack makes, with the text for `sub`: `${TopicAlerts}`."""

    def value(self, given: Any) -> Value:
        """Return a document with references in the place of ARNs."""
        if isinstance(given, str):
            return self.text(given)
        if isinstance(given, dict):
            return {key: self.value(each) for key, each in given.items()}
        if isinstance(given, list | tuple):
            return [self.value(each) for each in given]
        return given

    def text(self, given: str) -> Value:
        """Return a text with references in the place of an ARN."""
        place = self.place
        if given == place.account:
            return ref("AWS::AccountId")
        for arn in sorted(self.made, key=len, reverse=True):
            rest = given.removeprefix(arn)
            if rest != given and rest[:1] in {"", "/", ":"}:
                return _least(self.made[arn] + rest.replace("${", "${!"))
        match = _ARN.fullmatch(given)
        if match is None:
            return given
        region = _instead(match[3], place.region, "${AWS::Region}")
        account = _instead(match[4], place.account, "${AWS::AccountId}")
        rest = match[5].replace("${", "${!")
        return sub(f"arn:${{AWS::Partition}}:{match[2]}:{region}:{account}:{rest}")


def _instead(text: str, ours: str, pseudo: str) -> str:
    return pseudo if text == ours else text


def _least(text: str) -> Value:
    """The shortest function for a text: `ref` or `get_att` where it is one reference."""
    match = _ONE.fullmatch(text)
    if match is None:
        return sub(text)
    return ref(match[1]) if match[2] is None else get_att(match[1], match[2])
