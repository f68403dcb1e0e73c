"""The least policies: sufficient for every call that is made, and for nothing of others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from live.iam_oracle import ACCOUNT, REGION, Asked, allows, arn, asked_by
from live.memory_bucket import MemoryBucket
from live.stopping import FORCED, change_every_kind, with_logging
from mmctl.cli.embedded import embedded_in
from mmctl.errors import UsageError
from mmctl.live.aws.connect import connect
from mmctl.live.aws.surroundings import Surroundings
from mmctl.live.history.history import History
from mmctl.live.history.s3 import S3Store
from mmctl.live.iam.facts import FACTS
from mmctl.live.iam.policies import policy_for
from mmctl.live.iam.scope import Place, nouns_of
from mmctl.live.plan.preflight import preflight
from mmctl.model.kinds import Kind, Noun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from live.conftest import World

ROLE: Final = "arn:aws:iam::111122223333:role/mail-s3"
OTHER_ROLE: Final = "arn:aws:iam::111122223333:role/administrator"
GROUP: Final = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/mail/inbound"
PLACE: Final = Place(
    account=ACCOUNT,
    region=REGION,
    project="acme",
    store=f"acme-mmctl/prod/{ACCOUNT}-{REGION}-acme",
)


class RecordedBucket(MemoryBucket):
    """A bucket that notes what each verb asks for."""

    def __init__(self, asked: list[Asked]) -> None:
        super().__init__()
        self.asked = asked

    def _ask(self, action: str, key: str, **context: str) -> None:
        resource = "arn:aws:s3:::acme-mmctl" + (f"/{key}" if key else "")
        named = {f"s3:{name}": value for name, value in context.items()}
        self.asked.append(Asked(action=f"s3:{action}", resource=resource, context=named))
        if key:
            key_action = "kms:GenerateDataKey" if action == "PutObject" else "kms:Decrypt"
            if action != "DeleteObject":
                self.asked.append(
                    Asked(
                        action=key_action,
                        resource=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1",
                        context={
                            "kms:ViaService": f"s3.{REGION}.amazonaws.com",
                            "kms:EncryptionContext:aws:s3:arn": resource,
                        },
                    )
                )

    def get(self, key: str) -> tuple[str, str] | None:
        self._ask("GetObject", key)
        return super().get(key)

    def put(self, key: str, text: str, *, new: bool = False, over: str | None = None) -> str | None:
        self._ask("PutObject", key)
        if over:
            self._ask("GetObject", key)
        return super().put(key, text, new=new, over=over)

    def versions(self, prefix: str) -> Iterator[tuple[str, str]]:
        self._ask("ListBucket", "", prefix=prefix)
        return super().versions(prefix)

    def copy(self, key: str, other: str) -> None:
        self._ask("GetObject", key)
        self._ask("PutObject", other)
        super().copy(key, other)

    def delete(self, key: str) -> None:
        self._ask("DeleteObject", key)
        super().delete(key)


@dataclass
class Recorded:
    """A world of which every call is noted with what it asks for."""

    world: World
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        live = connect(world.desired()[1], embedded_in(world.root, clock=world.clock.now))

        def note(operation: str, given: Mapping[str, Any]) -> None:
            self.asked.extend(asked_by(operation, given, live))

        world.observe = note
        world.history = History(S3Store(RecordedBucket(self.asked), PLACE.store.partition("/")[2]))  # type: ignore[union-attr]
        self.live = live

    def place(self) -> Place:
        """With the ids that the last apply noted."""
        known = self.world.history.applied()
        ids: dict[Kind, dict[str, str]] = {}
        for thing in known.objects if known else ():
            if thing.id:
                ids.setdefault(thing.kind, {})[thing.name] = thing.id
        self.asked.clear()
        return replace(PLACE, ids=ids)

    def refused(self, policy: Mapping[str, Any]) -> list[Asked]:
        """What was asked for since and is not allowed."""
        found = [
            each for each in dict.fromkeys(map(_key, self.asked)) if not allows(policy, _of(each))
        ]
        self.asked.clear()
        return [_of(each) for each in found]


def _key(asked: Asked) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return asked.action, asked.resource, tuple(sorted(asked.context.items()))


def _of(key: tuple[str, str, tuple[tuple[str, str], ...]]) -> Asked:
    return Asked(action=key[0], resource=key[1], context=dict(key[2]))


@pytest.fixture
def recorded(world: World) -> Recorded:
    """The project of every kind, with logs, a role and a private import of many members."""
    world.replace(
        "        actions: [drop]\n      - name: block-feed",
        f"        actions: [{{write_to_s3: {{bucket: mail, prefix: in/, role: {ROLE!r}}}}}]\n"
        "      - name: block-feed",
    )
    world.text = with_logging(
        world.text,
        rule_set=f"destination: {GROUP}",
        ingress_point=f"destination: {GROUP}",
    )
    return Recorded(world)


def document(world: World, what: str, place: Place = PLACE) -> dict[str, Any]:
    return policy_for(what, world.desired()[0], place)


OPERATING: Final = ("look", "release", "send", "watchdog", "doctor")

# Sufficient


def test_a_plan_is_allowed_and_writes_nothing(recorded: Recorded) -> None:
    world = recorded.world
    policy = document(world, "plan")
    world.plan()
    assert recorded.asked
    assert recorded.refused(policy) == []
    world.apply()
    recorded.asked.clear()
    world.plan()
    assert recorded.refused(policy) == []
    reads = ("Get", "List", "Describe", "Decrypt")
    for action in (each for part in policy["Statement"] for each in part["Action"]):
        assert action.split(":")[1].startswith(reads), action


PERMISSIONS: Final = {
    "get_role": "iam:GetRole",
    "head_bucket": "s3:ListBucket",
    "get_topic_attributes": "sns:GetTopicAttributes",
    "get_function_configuration": "lambda:GetFunctionConfiguration",
    "describe_key": "kms:DescribeKey",
    "describe_log_groups": "logs:DescribeLogGroups",
    "describe_delivery_stream": "firehose:DescribeDeliveryStream",
    "get_email_identity": "ses:GetEmailIdentity",
}
"""What each question of preflight takes: the API references of these services."""


@pytest.mark.parametrize("what", ["plan", "apply"])
def test_preflight_may_ask_for_all_that_is_named(recorded: Recorded, what: str) -> None:
    world = recorded.world
    stream = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/mail"
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/archive"
    world.text = world.text.replace(GROUP, stream, 1)
    world.replace("{retention: SEVEN_YEARS}", f"{{retention: SEVEN_YEARS, kms_key: {key!r}}}")
    world.replace(
        "      - name: deliver\n",
        "      - name: tell\n"
        "        conditions: [{recipient: {ends_with: '@example.org'}}]\n"
        "        actions:\n"
        f"          - publish_to_sns: {{topic: 'arn:aws:sns:{REGION}:{ACCOUNT}:mail', "
        f"role: {ROLE!r}}}\n"
        "          - relay: {to: exchange}\n"
        "      - name: deliver\n",
    )
    asked: list[tuple[str, str]] = []

    class Client:
        def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
            def call(**parameters: str) -> dict[str, Any]:
                asked.extend((PERMISSIONS[operation], value) for value in parameters.values())
                return {"Role": {}, "KeyMetadata": {}, "logGroups": []}

            return call

    preflight(world.plan(), world.service(), Surroundings(lambda _service: Client()))
    policy = document(world, what)
    assert {action for action, _ in asked} == set(PERMISSIONS.values()) - {
        "lambda:GetFunctionConfiguration"
    }
    for action, name in asked:
        resource = _resource(action, name)
        assert allows(policy, Asked(action=action, resource=resource)), (action, resource)
        service = action.partition(":")[0]
        other = f"arn:aws:{service}:{REGION}:111122223333:other/x"
        assert not allows(policy, Asked(action=action, resource=other)), action


def _resource(action: str, name: str) -> str:
    """The ARN of what is asked for by its name."""
    match action:
        case "iam:GetRole":
            return ROLE
        case "s3:ListBucket":
            return f"arn:aws:s3:::{name}"
        case "ses:GetEmailIdentity":
            return f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{name}"
        case "logs:DescribeLogGroups":
            return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
        case "firehose:DescribeDeliveryStream":
            return f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/{name}"
        case _:
            return name


def test_apply_and_rollback_are_allowed_over_all_kinds(recorded: Recorded) -> None:
    world = recorded.world
    policy = document(world, "apply", recorded.place())
    world.apply()
    assert recorded.refused(policy) == []
    world.text = re.sub(r"    logging: .*\n", "", world.text)
    change_every_kind(world)
    world.text = with_logging(world.text, rule_set=f"destination: {GROUP}-2")
    policy = document(world, "apply", recorded.place())
    world.apply(**FORCED)
    assert recorded.refused(policy) == []
    world.rollback(**FORCED)
    assert recorded.refused(policy) == []
    world.text = "version: 1\n"
    world.apply(**FORCED)
    assert recorded.refused(policy) == []


def test_everything_can_be_deleted_and_come_back_with_new_ids(recorded: Recorded) -> None:
    """What a rollback makes anew has ids that nobody knew: then any of the account may be used."""
    world = recorded.world
    world.apply()
    text, world.text = world.text, "version: 1\n"
    world.apply(**FORCED)
    world.text = text
    policy = document(world, "apply")
    recorded.asked.clear()
    world.rollback(**FORCED)
    assert recorded.refused(policy) == []


def test_adoption_and_tags_are_allowed(recorded: Recorded) -> None:
    world = recorded.world
    world.apply()
    policy = document(world, "apply", recorded.place())
    world.observe, observe = None, world.observe
    for thing in world.plan().live.objects:
        for noun in nouns_of(replace(world.desired()[0], objects=(thing,))):
            live_id = thing.subscription_id if noun == "AddonSubscription" else thing.id
            world.service().untag(arn(str(noun), live_id or ""), ["mmctl:project"])
    world.observe = observe
    recorded.asked.clear()
    world.replace("{retention: SEVEN_YEARS}", "{retention: TEN_YEARS, tags: {team: mail}}")
    world.apply(adopt=True, **FORCED)
    assert recorded.refused(policy) == []
    assert world.plan().empty
    recorded.asked.clear()
    world.rollback(**FORCED)
    assert recorded.refused(policy) == []


def test_import_jobs_are_allowed_where_a_list_is_long(recorded: Recorded) -> None:
    world = recorded.world
    world.apply()
    members = ", ".join(f"a{number}@example.com" for number in range(1001))
    world.replace('"one@vendor.example"', f'"one@vendor.example", {members}')
    policy = document(world, "apply", recorded.place())
    world.apply(**FORCED)
    assert any("ImportJob" in each.action for each in recorded.asked)
    assert recorded.refused(policy) == []


def test_a_block_list_can_be_changed_and_nothing_else(recorded: Recorded) -> None:
    world = recorded.world
    world.apply()
    place = recorded.place()
    policy = document(world, "list:partners", place)
    world.replace('"one@vendor.example"', '"one@vendor.example", "spam@example.net"')
    world.apply()
    assert recorded.refused(policy) == []
    ours = {"aws:ResourceTag/mmctl:project": "acme"}
    feed = place.ids[Kind.ADDRESS_LIST]["feed"]
    for action, resource in (
        ("ses:RegisterMemberToAddressList", arn("AddressList", feed)),
        ("ses:UpdateRuleSet", arn("RuleSet", place.ids[Kind.RULE_SET]["inbound"])),
        ("ses:DeleteAddressList", arn("AddressList", feed)),
        ("iam:PassRole", ROLE),
    ):
        assert not allows(policy, Asked(action=action, resource=resource, context=ours))


# Least


def test_nothing_of_another_project_is_changed(recorded: Recorded) -> None:
    world = recorded.world
    world.apply()
    policy = document(world, "apply", recorded.place())
    for fact in FACTS.values():
        name = fact.action.partition(":")[2]
        if not fact.action.startswith("ses:") or name.startswith(("Get", "List")):
            continue
        for part in fact.types:
            resource = f"arn:aws:ses:{REGION}:{ACCOUNT}:{part}/x-1"
            for theirs in ({"aws:ResourceTag/mmctl:project": "other"}, {}):
                made = {"aws:RequestTag/mmctl:project": "other"}
                asked = Asked(action=fact.action, resource=resource, context=theirs | made)
                if name != "AllowVendedLogDeliveryForResource" or theirs:
                    assert not allows(policy, asked), asked


def test_what_another_project_made_is_not_taken_over(recorded: Recorded) -> None:
    """What has no tag may be, as `--adopt` does: so does what was just made."""
    policy = document(recorded.world, "apply")
    made_ours = {"aws:RequestTag/mmctl:project": "acme"}
    for theirs, allowed in (({"aws:ResourceTag/mmctl:project": "other"}, False), ({}, True)):
        for part in FACTS["ses:TagResource"].types:
            resource = f"arn:aws:ses:{REGION}:{ACCOUNT}:{part}/x-1"
            context = made_ours | theirs
            asked = Asked(action="ses:TagResource", resource=resource, context=context)
            assert allows(policy, asked) is allowed
    given_away = {
        "aws:ResourceTag/mmctl:project": "acme",
        "aws:RequestTag/mmctl:project": "other",
    }
    asked = Asked(action="ses:TagResource", resource=arn("RuleSet", "x"), context=given_away)
    assert not allows(policy, asked)


def test_nothing_of_another_account_or_region_is_read_or_changed(recorded: Recorded) -> None:
    world = recorded.world
    world.apply()
    policy = document(world, "apply", recorded.place())
    ours = {"aws:ResourceTag/mmctl:project": "acme", "aws:RequestTag/mmctl:project": "acme"}
    for place in (f"{REGION}:111122223333", f"eu-west-1:{ACCOUNT}"):
        for fact in FACTS.values():
            for part in fact.types if fact.action.startswith("ses:") else ():
                resource = f"arn:aws:ses:{place}:{part}/x-1"
                assert not allows(
                    policy, Asked(action=fact.action, resource=resource, context=ours)
                )


@pytest.mark.parametrize("action", ["ses:CreateIngressPoint", "ses:UpdateIngressPoint"])
def test_ingress_points_are_pointed_at_what_is_ours_alone(recorded: Recorded, action: str) -> None:
    world = recorded.world
    world.apply()
    place = recorded.place()
    policy = document(world, "apply", place)
    tags = {"aws:ResourceTag/mmctl:project": "acme", "aws:RequestTag/mmctl:project": "acme"}
    rule_set, other = (
        arn("RuleSet", place.ids[Kind.RULE_SET]["inbound"]),
        arn("RuleSet", "rs-other"),
    )
    edge = arn("TrafficPolicy", place.ids[Kind.TRAFFIC_POLICY]["edge"])
    open_to_all = arn("TrafficPolicy", "tp-other")
    for used_rules, used_policy, allowed in (
        (rule_set, edge, True),
        (other, edge, False),
        (rule_set, open_to_all, False),
    ):
        context = tags | {
            "ses:MailManagerRuleSetArn": used_rules,
            "ses:MailManagerTrafficPolicyArn": used_policy,
        }
        asked = Asked(action=action, resource=arn("IngressPoint", "inp-1"), context=context)
        assert allows(policy, asked) is allowed


def test_a_role_is_passed_to_mail_manager_alone_and_only_where_rules_name_it(
    recorded: Recorded,
) -> None:
    policy = document(recorded.world, "apply")
    for role, service, allowed in (
        (ROLE, "ses.amazonaws.com", True),
        (OTHER_ROLE, "ses.amazonaws.com", False),
        (ROLE, "lambda.amazonaws.com", False),
        (ROLE, "ec2.amazonaws.com", False),
    ):
        context = {"iam:PassedToService": service}
        asked = Asked(action="iam:PassRole", resource=role, context=context)
        assert allows(policy, asked) is allowed


@pytest.mark.parametrize("what", ["plan", "apply", "list:partners"])
def test_the_store_is_one_prefix_of_one_bucket(world: World, what: str) -> None:
    policy = document(world, what)
    prefix = PLACE.store.partition("/")[2] if PLACE.store else ""
    bucket = "arn:aws:s3:::acme-mmctl"
    assert allows(policy, Asked(action="s3:GetObject", resource=f"{bucket}/{prefix}/pins.json"))
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        for key in ("prod/other/pins.json", f"{prefix}2/pins.json", "x"):
            assert not allows(policy, Asked(action=action, resource=f"{bucket}/{key}"))
    for listed, allowed in ((f"{prefix}/", True), ("", False), ("prod/", False)):
        context = {"s3:prefix": listed}
        asked = Asked(action="s3:ListBucket", resource=bucket, context=context)
        assert allows(policy, asked) is allowed
    assert not allows(policy, Asked(action="s3:ListBucket", resource=bucket))
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    assert not allows(policy, Asked(action="kms:Decrypt", resource=key))


def test_a_folder_as_store_needs_nothing_of_s3(world: World) -> None:
    policy = document(world, "apply", replace(PLACE, store=None))
    actions = {action for part in policy["Statement"] for action in part["Action"]}
    assert not {action for action in actions if action.startswith(("s3:", "kms:"))}


def test_a_project_without_ingress_points_only_lists_them(world: World) -> None:
    world.text = "version: 1\narchives:\n  legal: {retention: PERMANENT}\n"
    policy = document(world, "apply")
    actions = {action for part in policy["Statement"] for action in part["Action"]}
    assert {each for each in actions if "Ingress" in each} == {"ses:ListIngressPoints"}
    assert not any(action.startswith(("iam:", "ec2:")) for action in actions)


@pytest.mark.parametrize("what", ["plan", "apply", "watchdog", "look"])
def test_every_kind_may_be_listed_since_something_may_be_left_over(world: World, what: str) -> None:
    world.text = "version: 1\narchives:\n  legal: {retention: PERMANENT}\n"
    policy = document(world, what)
    actions = {action for part in policy["Statement"] for action in part["Action"]}
    assert {f"ses:List{noun.api.plural}" for noun in Noun} <= actions


def test_only_lists_and_what_has_no_resource_are_allowed_on_everything(
    recorded: Recorded,
) -> None:
    for what in ("plan", "apply", "list:partners", "rules", *OPERATING):
        for part in document(recorded.world, what)["Statement"]:
            if "*" in part["Resource"]:
                for action in part["Action"]:
                    assert FACTS[action].types == (), action


def test_each_statement_of_a_document_has_a_name_of_its_own(recorded: Recorded) -> None:
    for what in ("plan", "apply", "list:partners", "rules", "trust", *OPERATING):
        sids = [part["Sid"] for part in document(recorded.world, what)["Statement"]]
        assert len(sids) == len(set(sids))
        assert all(sid.isalnum() for sid in sids)


def test_what_is_private_needs_to_look_at_vpc_endpoints(world: World) -> None:
    asked = Asked(action="ec2:DescribeVpcEndpoints", resource="*")
    assert not allows(document(world, "apply"), asked)
    world.replace("    tls_policy: required", "    network: {vpc_endpoint: vpce-0123456789abcdef0}")
    assert allows(document(world, "apply"), asked)


@pytest.mark.parametrize(
    ("what", "actions"), [("plan", ["kms:DescribeKey", "kms:Sign"]), ("apply", ["kms:Verify"])]
)
def test_who_plans_signs_and_who_applies_looks_at_signatures(
    world: World, what: str, actions: list[str]
) -> None:
    key = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    desired = world.desired()[0]
    document = policy_for(what, desired, replace(PLACE, plan_key=key))
    (found,) = [each for each in document["Statement"] if each["Sid"] == "PlanKey"]
    assert (found["Action"], found["Resource"]) == (actions, [key])
    without = policy_for(what, desired, PLACE)
    assert "PlanKey" not in {each["Sid"] for each in without["Statement"]}


def test_a_key_of_an_archive_is_used_and_no_other(world: World) -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/archive"
    world.replace("{retention: SEVEN_YEARS}", f"{{retention: SEVEN_YEARS, kms_key: {key!r}}}")
    uses = {"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"}
    for what, actions in {"apply": uses, "plan": {"kms:DescribeKey"}}.items():
        policy = document(world, what)
        of_key = [part for part in policy["Statement"] if key in part["Resource"]]
        assert {action for part in of_key for action in part["Action"]} == actions
        assert all(part["Resource"] == [key] for part in of_key)
        for action in uses:
            assert allows(policy, Asked(action=action, resource=key)) is (action in actions)
            assert not allows(policy, Asked(action=action, resource=key + "2"))


def test_a_key_that_is_named_by_its_alias_is_used_since_an_alias_as_a_resource_allows_nothing(
    world: World,
) -> None:
    """ "Specifying KMS keys in IAM policy statements", AWS KMS Developer Guide."""
    alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/archive"
    world.replace("{retention: SEVEN_YEARS}", f"{{retention: SEVEN_YEARS, kms_key: {alias!r}}}")
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    for what in ("apply", "plan"):
        policy = document(world, what)
        assert alias not in str([part.get("Resource") for part in policy["Statement"]])
        action = {"apply": "kms:GenerateDataKey", "plan": "kms:DescribeKey"}[what]
        for name, allowed in {"alias/archive": True, "alias/other": False, "": False}.items():
            context = {"kms:ResourceAliases": name} if name else {}
            asked = Asked(action=action, resource=key, context=context)
            assert allows(policy, asked) is allowed, (what, name)


def test_a_key_of_a_trust_store_is_used(world: World) -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/trust"
    pem = "-----BEGIN CERTIFICATE-----\none\n-----END CERTIFICATE-----\n"
    world.files["rules/ca.pem"] = pem
    world.replace("type: open", f"type: mtls\n    mtls: {{ca_file: ca.pem, kms_key: {key!r}}}")
    for action in ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"):
        assert allows(document(world, "apply"), Asked(action=action, resource=key))


# Of rules


def test_a_role_may_do_what_its_rules_do_and_is_trusted_by_the_service_alone(
    recorded: Recorded,
) -> None:
    world = recorded.world
    assert document(world, "rules")["Statement"] == [
        {
            "Sid": "WriteToS3",
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::mail", "arn:aws:s3:::mail/in/*"],
        }
    ]
    (trust,) = document(world, "trust")["Statement"]
    assert trust["Principal"] == {"Service": "ses.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-rule-set/*"},
    }


def test_there_is_one_document_a_role(recorded: Recorded) -> None:
    world = recorded.world
    world.replace(
        "- add_header: {name: X-Threat, value: malware}",
        "- publish_to_sns: {topic: 'arn:aws:sns:us-east-1:111122223333:alerts', "
        f"role: {OTHER_ROLE!r}}}",
    )
    with pytest.raises(UsageError, match="rules name 2 roles") as error:
        document(world, "rules")
    assert error.value.help == (
        "print one document per role: --iam rules:administrator, --iam rules:mail-s3"
    )
    assert document(world, "rules:mail-s3") == document(world, f"rules:{ROLE}")
    (sns,) = document(world, "rules:administrator")["Statement"]
    assert sns["Action"] == ["sns:Publish"]
    assert sns["Resource"] == ["arn:aws:sns:us-east-1:111122223333:alerts"]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("", "got `--iam `"),
        ("everything", "got `--iam everything`"),
        ("plan:x", "got `--iam plan:x`"),
        ("rules:", "got `--iam rules:`"),
        ("list", "got `--iam list`"),
        ("list:", "got `--iam list:`"),
        ("list:nobody", "there is no address list `nobody`"),
        ("rules:nobody", "no rule names the role `nobody`"),
    ],
)
def test_what_is_not_known_is_refused(recorded: Recorded, what: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        document(recorded.world, what)
