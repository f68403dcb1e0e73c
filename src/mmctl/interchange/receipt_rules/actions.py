"""Actions of receipt rules → actions here.

What each does is on its page of the SES developer guide, "Deliver to S3 bucket action" and so on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.receipt_rules import said
from mmctl.interchange.receipt_rules.open_texts import TextToFill, known_form
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.interchange.migration.source import Action, Deviation, Needed
    from mmctl.interchange.receipt_rules.members import ExportedObject

_TOPIC: Final = re.compile(
    r"arn:(?:aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}"
)
_BUCKET: Final = re.compile(r"[a-zA-Z0-9.-]{1,62}")
_PREFIX: Final = re.compile(r"[a-zA-Z0-9!_.*'()/-]{1,62}")
_KEY: Final = re.compile(r"[a-zA-Z0-9-:/]{20,2048}")
_ARN: Final = re.compile(r"[a-zA-Z0-9:_/+=,@.#-]{20,2048}")
_HEADER: Final = re.compile(r"[xX]-[a-zA-Z0-9-]{1,62}")
_ADDRESS: Final = re.compile(r"[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+")
_STATUS: Final = re.compile(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}")
_REPLY: Final = re.compile(r"[45][0-9]{2}")
_NOT_PRINTABLE: Final = re.compile(r"[^\x20-\x7e]")
_LONGEST_VALUE: Final = 128
_LONGEST_DIAGNOSTIC: Final = 256
_LONGEST_MESSAGE: Final = 500


@dataclass(slots=True)
class ActionsRead:
    """The actions of one rule."""

    actions: list[Action] = field(default_factory=list)
    differences: list[Deviation] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Each action in few words."""
    roles: set[str] = field(default_factory=set)
    """Variables of the roles that they need."""
    given_roles: list[str] = field(default_factory=list)
    """Roles that the source names itself."""
    stops: bool = False
    ends_mail: bool = False
    """Whether one of them delivers, stores or bounces."""
    left_out: bool = False
    """Whether an action that does something with the mail, and not only a header, is left out."""
    after_stop: list[str] = field(default_factory=list)
    """Actions that never run."""
    needed: dict[str, Needed] = field(default_factory=dict)
    """What somebody must fill in, besides roles."""

    def written(self, text: str) -> str:
        """A text of the source in a rule file, where `${` begins a variable."""
        if isinstance(text, TextToFill):
            self.needed |= text.needed
            return str(text)
        return text.replace("${", "$${")


def read_actions(actions: tuple[ExportedObject, ...]) -> ActionsRead:
    """Read the actions of one rule, in order; what is after a stop never runs."""
    read = ActionsRead()
    for members in actions:
        name = members.only()
        reader = _READERS.get(name or "")
        if name is None or reader is None:
            read.texts.append(name or "?")
            read.differences.append(said.unknown_action(name))
            read.left_out = True
            members.ignore(*((name,) if name else ()))
            members.list_unknown("an action")
            continue
        if read.stops:
            members.ignore(name)
            read.after_stop.append(name)
            continue
        inside = members.object(name)
        if inside is not None:
            before = len(read.actions)
            reader(inside, read)
            nothing = len(read.actions) == before and name not in {"AddHeaderAction", "StopAction"}
            read.left_out = read.left_out or nothing
            inside.list_unknown(f"`{name}`")
    return read


def _s3(members: ExportedObject, read: ActionsRead) -> None:
    bucket = members.needed("BucketName", known=False)
    prefix = members.text("ObjectKeyPrefix", known=False)
    key, role = members.text("KmsKeyArn", known=False), members.text("IamRoleArn", known=False)
    if bucket is None:
        return
    shown = f"{bucket}/{_folder(prefix)}" if prefix else bucket
    read.texts.append(f"S3 {shown}")
    if role is not None:
        read.given_roles.append(role)
    written: dict[str, Any] = {"bucket": read.written(bucket), "role": _role(read, "s3_role")}
    # "your emails will appear in your S3 bucket in a folder named Email"
    folder = _folder(prefix) if prefix else None
    if _BUCKET.fullmatch(known_form(bucket)) is None:
        read.differences.append(said.not_taken("bucket", bucket, "1 to 62 of A-Z a-z 0-9 . -"))
        return
    if folder is not None and _PREFIX.fullmatch(known_form(folder)) is None:
        form = "1 to 62 of A-Z a-z 0-9 ! _ . * ' ( ) / -, with the / at the end"
        read.differences.append(said.not_taken("prefix", folder, form))
        return
    if folder is not None:
        written["prefix"] = read.written(folder)
    if key is not None and key.endswith(":alias/aws/ses"):
        read.differences.append(said.KEY_OF_SES)
    elif key is not None and _KEY.fullmatch(known_form(key)) is None:
        read.differences.append(said.not_taken("KMS key", key, "an ARN or an id of a key"))
        return
    elif key is not None:
        written["kms_key"] = read.written(key)
        read.differences.append(said.ENCRYPTED_BY_S3)
    read.actions.append({"write_to_s3": written})
    read.ends_mail = True
    _notify(members, read, "S3Action")


def _sns(members: ExportedObject, read: ActionsRead) -> None:
    topic = members.needed("TopicArn", known=False)
    encoding = members.word("Encoding", "UTF-8", "Base64")
    if topic is None:
        return
    read.texts.append(f"SNS {_last(topic)}")
    if _TOPIC.fullmatch(known_form(topic)) is None:
        read.differences.append(said.not_taken("topic", topic, "the ARN of an SNS topic"))
        return
    written = {"topic": read.written(topic), "role": _role(read, "sns_role")}
    if encoding == "Base64":
        written["encoding"] = "base64"
    read.actions.append({"publish_to_sns": written})
    read.differences.append(said.LARGE_MAIL)


def _lambda(members: ExportedObject, read: ActionsRead) -> None:
    function = members.needed("FunctionArn", known=False)
    kind = members.word("InvocationType", "Event", "RequestResponse") or "Event"
    if function is None:
        return
    read.texts.append(f"Lambda {_last(function)}" + ("" if kind == "Event" else ", which may stop"))
    if _ARN.fullmatch(known_form(function)) is None:
        read.differences.append(said.not_taken("function", function, "the ARN of a function"))
        return
    written = {
        "function": read.written(function),
        "role": _role(read, "lambda_role"),
        "invocation": "event" if kind == "Event" else "request_response",
    }
    read.actions.append({"invoke_lambda": written})
    _notify(members, read, "LambdaAction")


def _bounce(members: ExportedObject, read: ActionsRead) -> None:
    reply, text = members.needed("SmtpReplyCode"), members.needed("Message", known=False)
    status, sender = members.text("StatusCode"), members.needed("Sender", known=False)
    if reply is None or text is None or sender is None:
        return
    read.texts.append(f"Bounce {reply} {status or ''}".rstrip())
    if _REPLY.fullmatch(known_form(reply)) is None:
        read.differences.append(said.not_taken("reply code", reply, "a code from 400 to 599"))
        return
    if status is None or _STATUS.fullmatch(known_form(status)) is None:
        status = f"{reply[0]}.0.0"
        read.differences.append(said.status_chosen(status))
    address = sender
    if not isinstance(sender, TextToFill):
        address = sender.rpartition("<")[2].removesuffix(">")
    if _ADDRESS.fullmatch(known_form(address)) is None:
        read.differences.append(said.not_taken("sender", sender, "an address"))
        return
    shorter, plain = text, text
    if not isinstance(text, TextToFill):
        plain = _NOT_PRINTABLE.sub("?", text)[:_LONGEST_MESSAGE]
        shorter = plain[:_LONGEST_DIAGNOSTIC]
    if shorter != text:
        read.differences.append(said.text_changed(_LONGEST_DIAGNOSTIC))
    written = {
        "sender": read.written(address),
        "role": _role(read, "bounce_role"),
        "status_code": status,
        "smtp_reply_code": reply,
        "diagnostic_message": read.written(shorter),
        "message": read.written(plain),
    }
    read.actions.append({"bounce": written})
    read.ends_mail = True
    _notify(members, read, "BounceAction")


def _workmail(members: ExportedObject, read: ActionsRead) -> None:
    organization = members.needed("OrganizationArn", known=False)
    if organization is None:
        return
    read.texts.append(f"WorkMail {_last(organization)}")
    if _ARN.fullmatch(known_form(organization)) is None:
        read.differences.append(said.not_taken("organization", organization, "an ARN"))
        return
    written = {"mailbox": read.written(organization), "role": _role(read, "workmail_role")}
    read.actions.append({"deliver_to_mailbox": written})
    read.ends_mail = True
    _notify(members, read, "WorkmailAction")


def _header(members: ExportedObject, read: ActionsRead) -> None:
    name, value = members.needed("HeaderName"), members.needed("HeaderValue", known=False)
    if name is None or value is None:
        return
    read.texts.append(f"header {name}")
    if _HEADER.fullmatch(known_form(name)) is None:
        read.differences.append(said.header_name(name))
    elif len(value) > _LONGEST_VALUE or _NOT_PRINTABLE.search(value):
        form = f"1 to {_LONGEST_VALUE} printable characters of ASCII"
        read.differences.append(said.not_taken(f"value of {name}", value, form))
    else:
        read.actions.append({"add_header": {"name": name, "value": read.written(value)}})


def _stop(members: ExportedObject, read: ActionsRead) -> None:
    members.word("Scope", "RuleSet")
    read.texts.append("Stop")
    _notify(members, read, "StopAction")
    read.stops = True


def _connect(members: ExportedObject, read: ActionsRead) -> None:
    instance = members.text("InstanceARN", known=False) or ""
    members.ignore("IAMRoleARN")
    read.texts.append(f"Connect {_last(instance)}".rstrip())
    read.differences.append(said.NO_CONNECT)


_READERS: Final[dict[str, Callable[[ExportedObject, ActionsRead], None]]] = {
    "S3Action": _s3,
    "SNSAction": _sns,
    "LambdaAction": _lambda,
    "BounceAction": _bounce,
    "WorkmailAction": _workmail,
    "AddHeaderAction": _header,
    "StopAction": _stop,
    "ConnectAction": _connect,
}


def _notify(members: ExportedObject, read: ActionsRead, action: str) -> None:
    """The notice that an action sends to a topic: an action of its own here."""
    topic = members.text("TopicArn", known=False)
    if topic is None:
        return
    if _TOPIC.fullmatch(known_form(topic)) is None:
        read.differences.append(said.not_taken("topic", topic, "the ARN of an SNS topic"))
        return
    written = {"topic": read.written(topic), "role": _role(read, "sns_role"), "payload": "headers"}
    read.actions.append({"publish_to_sns": written})
    read.differences.append(said.notice(action))


def _role(read: ActionsRead, variable: str) -> str:
    read.roles.add(variable)
    return f"${{vars.{variable}}}"


def _folder(prefix: str) -> str:
    return prefix if isinstance(prefix, TextToFill) else prefix.rstrip("/") + "/"


def _last(arn: str) -> str:
    return arn.rpartition(":")[2].rpartition("/")[2]
