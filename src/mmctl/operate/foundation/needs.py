"""What the rules of a project name in an AWS account, and what of it a stack can make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.own_domains import own_domains
from mmctl.language.parsing.stack_outputs import output_of
from mmctl.live.iam.roles import role_statements, roles_of
from mmctl.live.iam.scope import actions_of, receivers
from mmctl.live.plan.preflight import recipient_domains
from mmctl.model.enums import SnsNotificationPayloadType
from mmctl.model.kinds import Kind
from mmctl.model.logs import DestinationType, bare_destination, destination_type_of
from mmctl.model.rules import RuleSet
from mmctl.operate.foundation.home import home_of, name_in, why_foreign
from mmctl.operate.templates.naming import logical_id
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.live.iam.scope import Place, Statement
    from mmctl.model.rules import Rule

_ALIAS: Final = "alias/"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedThing:
    """One thing that a stack makes: its logical id, and its name where the project gives one."""

    id: str
    name: str | None
    """None: the project takes the name from an output of the stack."""
    arn: str
    """As rules name it; of a generated name the stand-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRole:
    """A role that rules name, and what it must be allowed."""

    thing: WantedThing
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedBucket:
    """A bucket: of rules, of logs, of snapshots."""

    thing: WantedThing
    mail: bool = False
    logs: tuple[str, ...] = ()
    """Where in the bucket logs go."""
    snapshots: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedKey:
    """A key that the project names by its alias, or by an output of the stack."""

    thing: WantedThing
    alias: str | None
    archives: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundationNeeds:
    """All that a stack makes for a project, and what it leaves to others, with the reason."""

    place: Place
    roles: tuple[WantedRole, ...] = ()
    buckets: tuple[WantedBucket, ...] = ()
    topics: tuple[WantedThing, ...] = ()
    metadata: tuple[WantedThing, ...] = ()
    """The topics that get headers alone: the metadata of messages."""
    log_groups: tuple[WantedThing, ...] = ()
    keys: tuple[WantedKey, ...] = ()
    identities: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    existing: frozenset[str] = frozenset()
    """Those of the existing things that it would have made."""


class _Collector:
    """Sorts what a project names into what a stack makes and what it does not."""

    def __init__(
        self, project: Project, desired: LiveConfiguration, place: Place, existing: frozenset[str]
    ) -> None:
        environment = project.environment
        self.project, self.desired, self.existing = project, desired, existing
        self.environment = environment
        self.place = home_of(place, self._arns())
        self.notes: list[str] = []
        self.met: set[str] = set()

    def _arns(self) -> Iterator[str]:
        """The ARNs that say where the project lives."""
        named = [*roles_of(self.desired), *_topics(self.desired), *receivers(self.desired)]
        return (arn for arn in named if output_of(self.environment, arn) is None)

    def wanted(self, noun: str, arn: str, name: str | None = None) -> WantedThing | None:
        """One thing by its ARN and name, or None with a note why the stack does not make it."""
        name = name_in(arn) if name is None else name
        output = output_of(self.environment, arn) or output_of(self.environment, name)
        if output is not None:
            return WantedThing(id=_without_member(output), name=None, arn=arn)
        why = why_foreign(arn, self.place)
        if why is None and self.exists(arn, name):
            why = "it exists already"
        if why is not None:
            self.notes.append(f"{noun} `{name}` is not made: {why}")
            return None
        prefix, plain = noun.title().replace(" ", ""), name.removeprefix(_ALIAS)
        return WantedThing(id=logical_id(prefix, plain), name=name, arn=arn)

    def exists(self, *names: str) -> bool:
        """Whether a thing is there already, under one of its names."""
        met = self.existing & {*names}
        self.met |= met
        return bool(met)

    def all_wanted(self, noun: str, arns: Iterable[str]) -> Iterator[WantedThing]:
        """Those of several things that the stack makes."""
        for arn in sorted(set(arns)):
            found = self.wanted(noun, arn)
            if found is not None:
                yield found

    def roles(self) -> Iterator[WantedRole]:
        """The roles of rules, each with the least that its actions need."""
        named: dict[str, str] = {}
        for found in self.all_wanted("role", roles_of(self.desired)):
            if found.name is not None:
                first = named.setdefault(found.name.rpartition("/")[2].lower(), found.name)
                if first != found.name:
                    why = "an account has one role of a name, whatever its path and letter case"
                    self.notes.append(f"role `{found.name}` is not made: `{first}` is, and {why}")
                    continue
            statements = role_statements(self.desired, found.arn, self.place)
            yield WantedRole(thing=found, statements=tuple(statements))

    def buckets(self) -> Iterator[WantedBucket]:
        """The buckets that mail, logs and snapshots are written to."""
        mail = {
            action.write_to_s3.s3_bucket
            for action in actions_of(self.desired)
            if action.write_to_s3 is not None
        }
        logs: dict[str, list[str]] = {}
        for arn in receivers(self.desired):
            if destination_type_of(arn) is DestinationType.S3:
                bucket, _, prefix = arn.rpartition(":::")[2].partition("/")
                logs.setdefault(bucket, []).append(prefix)
        store = "" if self.place.store is None else self.place.store.partition("/")[0]
        for name in sorted({*mail, *logs, store} - {""}):
            found = self.wanted("bucket", self.place.bucket(name), name)
            if found is not None:
                yield WantedBucket(
                    thing=found,
                    mail=name in mail,
                    logs=tuple(sorted(set(logs.get(name, ())))),
                    snapshots=name == store,
                )

    def keys(self) -> Iterator[WantedKey]:
        """The keys that are named by alias; a key that is named by its id exists already."""
        of_archives = {arn for thing in self.desired.objects for arn in thing.kms_keys}
        of_mail = {
            key
            for action in actions_of(self.desired)
            if action.write_to_s3 is not None
            and (key := action.write_to_s3.s3_sse_kms_key_id) is not None
        }
        signing = {self.place.plan_key} - {None}
        for arn in sorted({*of_archives, *of_mail, *signing} - {None}, key=str):
            if arn is None:
                continue
            name = name_in(arn)
            is_output = output_of(self.environment, arn) is not None
            if not is_output and not name.startswith(_ALIAS):
                self.notes.append(f"key `{name}` is not made: a key with an id exists already")
                continue
            found = self.wanted("key", arn, name)
            if found is not None:
                yield WantedKey(
                    thing=found,
                    alias=found.name,
                    archives=arn in of_archives,
                )

    def identities(self) -> Iterator[str]:
        """The domains that SES must have verified to relay and to send."""
        for domain in verified_domains(self.project, self.desired):
            if self.exists(domain):
                self.notes.append(f"identity `{domain}` is not made: it exists already")
            else:
                yield domain

    def others(self) -> Iterator[str]:
        """What rules name and no stack here makes."""
        for action in actions_of(self.desired):
            if action.invoke_lambda is not None:
                name = name_in(action.invoke_lambda.function_arn)
                yield f"function `{name}` is not made: its code is yours"
            if action.deliver_to_mailbox is not None:
                name = name_in(action.deliver_to_mailbox.mailbox_arn)
                yield f"mailbox `{name}` is not made: WorkMail has it"
            if action.deliver_to_q_business is not None:
                name = action.deliver_to_q_business.application_id
                yield f"application `{name}` is not made: Amazon Q Business has it"
        for arn in receivers(self.desired):
            if destination_type_of(arn) is DestinationType.FIREHOSE:
                yield f"stream `{name_in(arn)}` is not made: where it leads is yours to say"


def needs_of(
    project: Project,
    desired: LiveConfiguration,
    place: Place,
    existing: frozenset[str] = frozenset(),
) -> FoundationNeeds:
    """Return what a stack makes for a project; `existing` is there already, by name or ARN."""
    found = _Collector(project, desired, place, existing)
    groups = (
        bare_destination(arn)
        for arn in receivers(desired)
        if destination_type_of(arn) is DestinationType.CLOUDWATCH_LOGS
    )
    roles = tuple(found.roles())
    buckets, keys = tuple(found.buckets()), tuple(found.keys())
    topics = tuple(found.all_wanted("topic", _topics(desired)))
    log_groups = tuple(found.all_wanted("log group", groups))
    identities = tuple(found.identities())
    told = _topics(desired)
    return FoundationNeeds(
        place=found.place,
        roles=roles,
        buckets=buckets,
        topics=topics,
        metadata=tuple(topic for topic in topics if told[topic.arn]),
        log_groups=log_groups,
        keys=keys,
        identities=identities,
        notes=tuple(dict.fromkeys([*found.notes, *found.others()])),
        existing=frozenset(found.met),
    )


def _topics(desired: LiveConfiguration) -> Mapping[str, bool]:
    """The topics that rules publish to, and whether all that they get is headers."""
    found: dict[str, bool] = {}
    for action in actions_of(desired):
        if (told := action.publish_to_sns) is not None:
            alone = told.payload_type is SnsNotificationPayloadType.HEADERS
            found[told.topic_arn] = alone and found.get(told.topic_arn, True)
    return found


def verified_domains(project: Project, desired: LiveConfiguration) -> list[str]:
    """The project's own domains where rules relay or send, those of bounces, and those it lists."""
    stack = project.environment.stack
    domains = set(() if stack is None else stack.identities)
    for rule in _rules(desired):
        for action in rule.actions:
            if action.relay is not None:
                domains |= {*recipient_domains(rule), *own_domains(project)}
            if action.send is not None:
                domains |= own_domains(project)
            if action.bounce is not None:
                domains.add(action.bounce.sender.rpartition("@")[2])
    return sorted({each.lower() for each in domains if not each.startswith(".")} - {""})


def _rules(desired: LiveConfiguration) -> Iterator[Rule]:
    for thing in desired.of_kind(Kind.RULE_SET):
        if isinstance(thing.shape, RuleSet):
            yield from thing.shape.rules


def _without_member(output: str) -> str:
    """The logical id in the name of an output: `BucketRecordsName` is of `BucketRecords`."""
    for member in ("Arn", "Name", "Id"):
        if output.endswith(member):
            return output.removesuffix(member)
    return output
