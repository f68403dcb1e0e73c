"""Stand-ins for values that files do not know: texts that the service would accept in that place.

Each occurs nowhere in the files, so that it can be found again in what is written of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.infrastructure.values import Hole, OpenText, Pointer
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.interchange.infrastructure.values import VariableNames

_FORMS: Final = (
    "{0}",
    "arn:aws:iam::111122223333:role/{0}",
    "arn:aws:sns:us-east-1:111122223333:{0}",
    "arn:aws:lambda:us-east-1:111122223333:function:{0}",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:{0}",
    "arn:aws:kms:us-east-1:111122223333:key/{0}",
    "arn:aws:workmail:us-east-1:111122223333:organization/m-{1:032x}",
    "arn:aws:ses:us-east-1:111122223333:addon-instance/ai-{1:026d}",
    "arn:aws:logs:us-east-1:111122223333:log-group:{0}",
    "{0}.example.com",
    "{0}@example.com",
    "X-{0}",
    "vpce-{1:017x}",
    "{1:08x}-0000-4000-8000-{1:012x}",
    "198.51.100.{1}/32",
    "2001:db8::{1:x}/128",
)
"""What values of Mail Manager look like: the first that fits is used."""
_OF_MEMBERS: Final = {
    "RoleArn": 1,
    "TopicArn": 2,
    "FunctionArn": 3,
    "SecretArn": 4,
    "KmsKeyArn": 5,
    "S3SseKmsKeyId": 5,
    "MailboxArn": 6,
}
"""Members of which the service takes any text, but that name something: the form of it."""
_NUMBERS: Final = (25, 2525, 60, 5)
_LONGEST: Final = 40
_ACCOUNTS: Final = ("111122223333", "444455556666", "123412341234", "999900001111", "000000000042")
_REGIONS: Final = ("us-east-1", "eu-central-1", "ap-south-2", "sa-east-1", "me-south-1")
_ENVIRONMENT: Final = {"account": _ACCOUNTS, "region": _REGIONS, "partition": ("aws",)}


@dataclass(slots=True, kw_only=True)
class VariableStandIns:
    """The stand-ins of all variables of the files."""

    names: VariableNames
    forms: dict[str, int] = field(default_factory=dict)
    """Which form the stand-in of a variable has now."""
    _numbers: dict[str, int] = field(default_factory=dict)

    def of(self, variable: str) -> str | int:
        """The stand-in of a variable."""
        number = self._numbers.setdefault(variable, len(self._numbers) + 1)
        form = self.forms.get(variable, 0)
        if form >= len(_FORMS):
            return _NUMBERS[(form - len(_FORMS)) % len(_NUMBERS)] + number - 1
        token = variable.replace("_", "-")[:_LONGEST].strip("-") + "-stand-in"
        while self.names.occurs(token):
            token += "-0"
        return _FORMS[form].format(token, number)

    def expect(self, text: OpenText, member: str) -> None:
        """Begin with the form that a member has, if all of a text is one variable."""
        if member in _OF_MEMBERS and len(text.parts) == 1:
            for variable in self.variables(text):
                self.forms.setdefault(variable, _OF_MEMBERS[member])

    def next_form(self, variable: str) -> bool:
        """Try the next form of a stand-in; false: none is left."""
        form = self.forms.get(variable, 0) + 1
        self.forms[variable] = form
        return form < len(_FORMS) + len(_NUMBERS)

    def environment(self, member: str) -> str:
        """The stand-in of a value of the environment, such as its region."""
        known = _ENVIRONMENT.get(member, ("unknown",))
        return next((each for each in known if not self.names.occurs(each)), known[-1])

    def text(self, text: OpenText) -> str | int:
        """A text with stand-ins for what is unknown."""
        parts = [self._part(part) for part in text.parts]
        return parts[0] if len(parts) == 1 else "".join(str(part) for part in parts)

    def _part(self, part: str | Hole | Pointer) -> str | int:
        match part:
            case Hole(environment=str(member)):
                return self.environment(member)
            case Hole():
                return self.of(self.names.variable(part))
            case Pointer():
                return self.of(self.names.variable(as_hole(part)))
            case _:
                return part

    def written(self, text: OpenText) -> str:
        """A text as a rule file has it: `${vars.NAME}` for what is unknown."""
        return "".join(
            part.replace("${", "$${") if isinstance(part, str) else self._use(part)
            for part in text.parts
        )

    def _use(self, part: Hole | Pointer) -> str:
        if isinstance(part, Hole) and part.environment is not None:
            return f"${{env.{part.environment}}}"
        return f"${{vars.{self.names.variable(as_hole(part))}}}"

    def variables(self, text: OpenText) -> tuple[str, ...]:
        """The variables in a text."""
        return tuple(self.names.variable(hole) for hole in holes(text))


def as_hole(part: Hole | Pointer) -> Hole:
    """What another resource is, where a text has it and no reference."""
    if isinstance(part, Hole):
        return part
    key = f"{part.label}.{part.attribute}"
    return Hole(key=key, why=f"`{key}` is known after `{part.label}` is created")


def holes(text: OpenText) -> Iterable[Hole]:
    """The parts of a text that somebody must fill in."""
    return _holes(text)


def _holes(text: OpenText) -> Iterator[Hole]:
    for part in text.parts:
        if not isinstance(part, str):
            hole = as_hole(part)
            if hole.environment is None:
                yield hole
