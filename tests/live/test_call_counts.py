"""Which calls each command makes on a fixed gateway, by operation: more than these must say why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from live.memory_bucket import MemoryBucket
from live.stopping import with_logging
from mmctl.cli.files.live_import import read_everything
from mmctl.live.history.history import History
from mmctl.live.history.s3 import S3Store
from mmctl.live.plan.preflight import preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from live.conftest import World

LISTS: Final = {
    "ListAddressLists": 1,
    "ListArchives": 1,
    "ListRelays": 1,
    "ListAddonSubscriptions": 1,
    "ListAddonInstances": 1,
    "ListRuleSets": 1,
    "ListTrafficPolicies": 1,
    "ListIngressPoints": 1,
}
LOOK: Final = {
    **LISTS,
    # Two lists, an add-on that is two things, and one of each other kind.
    "ListTagsForResource": 9,
    "GetAddressList": 2,
    "GetArchive": 1,
    "GetRelay": 1,
    "GetAddonSubscription": 1,
    "GetRuleSet": 1,
    "GetTrafficPolicy": 1,
    "GetIngressPoint": 1,
    # The other list has external members.
    "ListMembersOfAddressList": 1,
}
LOGS: Final = {
    "DescribeDeliverySources": 1,
    "DescribeDeliveries": 1,
    "GetDeliveryDestination": 1,
    # The delivery has tags of its own.
    "ListTagsForResource": 1,
}
SETTLING: Final = {"ListIngressPoints": 1}
"""Whether an ingress point is under way."""


def times(count: int, calls: Mapping[str, int]) -> Counter[str]:
    return Counter({name: count * each for name, each in calls.items()})


def expected() -> dict[str, Counter[str]]:
    """The calls of each command: a plan looks once; an apply before, under its lock, and after."""
    edit = times(3, LOOK) + Counter(SETTLING)
    compare_rule_set = Counter({"ListTagsForResource": 1, "GetRuleSet": 1})
    compare_list = Counter({"ListTagsForResource": 1, "GetAddressList": 1})
    return {
        "plan": times(1, LOOK),
        "apply of one rule": edit + compare_rule_set + Counter({"UpdateRuleSet": 1}),
        "rollback": edit + compare_rule_set + Counter({"UpdateRuleSet": 1}),
        "three members": edit + compare_list + Counter({"RegisterMemberToAddressList": 3}),
        # The members of all lists, and all logs, whoever manages them.
        "import": times(1, LOOK)
        + Counter({"ListMembersOfAddressList": 1, "DescribeDeliverySources": 1}),
        "preflight": Counter({"ListArchives": 1, "ListRelays": 1}),
        "plan with logs": times(1, LOOK) + times(1, LOGS),
    }


def test_each_command_makes_these_calls_and_no_others(world: World) -> None:
    found: dict[str, Counter[str]] = {}

    def counted(name: str, act: Callable[[], object]) -> None:
        world.calls.clear()
        act()
        found[name] = Counter(world.calls)

    world.apply()
    counted("plan", world.plan)
    world.replace('"@exarnple.com"', '"@example.net"')
    counted("apply of one rule", world.apply)
    counted("rollback", world.rollback)
    world.replace('"@example.net"', '"@exarnple.com"')
    added = ", ".join(f'"{name}@vendor.example"' for name in ("one", "two", "three", "four"))
    world.replace('"one@vendor.example"', added)
    counted("three members", world.apply)
    counted("import", lambda: read_everything(world.service()))
    other = "\n  other: {server: b.example.com, port: 25, authentication: none}"
    world.replace("relays:", f"relays:{other}")
    made = world.plan()
    counted("preflight", lambda: preflight(made, world.service(), None))
    world.replace(other, "")
    world.text = with_logging(world.text, rule_set="destination: 'arn:aws:s3:::logs'")
    world.apply()
    counted("plan with logs", world.plan)
    assert found == expected()


def test_a_history_in_a_bucket_is_asked_this_often_for_a_rollback(world: World) -> None:
    bucket = MemoryBucket()
    world.history = History(S3Store(bucket, "kept"))
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    asked: Counter[str] = Counter()
    listed, put = bucket.versions, bucket.put

    def versions(prefix: str) -> object:
        asked["list"] += 1
        return listed(prefix)

    def written(key: str, text: str, **conditions: object) -> str | None:
        asked["put"] += 1
        return put(key, text, **conditions)  # type: ignore[arg-type]

    bucket.versions, bucket.put = versions, written  # type: ignore[method-assign, assignment]
    world.history = History(S3Store(bucket, "kept"))
    bucket.fetched.clear()
    plan = world.plan_rollback()
    # Before the plan, and in it: the wait for what is under way may be long.
    assert (asked["list"], asked["put"]) == (4, 0)
    assert sorted(key.partition(".")[2] for key in bucket.fetched) == sorted(
        ["entry.json", "entry.json", "snapshot.json", "json", "writes.jsonl"]
    )
    assert len({*bucket.fetched}) == len(bucket.fetched), "nothing is fetched twice"
    assert not plan.empty
