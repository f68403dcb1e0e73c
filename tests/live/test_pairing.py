"""Identity: which live object is which desired one, for all objects of a project together."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.stopping import FORCED
from mmctl.compiler.configuration import LiveConfiguration, LiveObject
from mmctl.errors import Refused
from mmctl.live.compare.edits import EditKind
from mmctl.live.state.holdings import what_it_holds
from mmctl.live.state.pairing import paired_names
from mmctl.live.state.replacing import left_over_name
from mmctl.model.kinds import Kind, Noun
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import Relay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from live.conftest import World

TWO_OF_A_KIND: Final = {
    Kind.ARCHIVE: "archives:\n  main: {NAMES, retention: SEVEN_YEARS}\n"
    "  aux: {retention: SEVEN_YEARS}\n",
    Kind.RELAY: "relays:\n  main: {NAMES, server: a.example.com, port: 25, authentication: none}\n"
    "  aux: {server: a.example.com, port: 25, authentication: none}\n",
    Kind.RULE_SET: "rule_sets:\n  main: {NAMES, rules: [RULE]}\n  aux: {rules: [RULE]}\n",
    Kind.TRAFFIC_POLICY: "traffic_policies:\n  main: {NAMES, default: allow}\n"
    "  aux: {default: allow}\n",
    Kind.INGRESS_POINT: "rule_sets:\n  inbound: {rules: [RULE]}\n"
    "traffic_policies:\n  edge: {default: allow}\n"
    "ingress_points:\n  main: {NAMES, type: open, traffic_policy: edge, rule_set: inbound}\n"
    "  aux: {type: open, traffic_policy: edge, rule_set: inbound}\n",
}
"""Two objects of each kind that can be renamed, alike but for their names."""
RULE: Final = "{name: mark, actions: [{add_header: {name: X-A, value: b}}]}"
EACH: Final = pytest.mark.parametrize("kind", TWO_OF_A_KIND, ids=lambda kind: kind.value)


def write(world: World, kind: Kind, names: str, *, aux: bool = True) -> None:
    text = TWO_OF_A_KIND[kind].replace("NAMES", names).replace("RULE", RULE)
    lines = [line for line in text.splitlines() if aux or not line.startswith("  aux:")]
    world.text = "\n".join(["version: 1", *lines]) + "\n"


def ids(world: World, kind: Kind) -> dict[str, str]:
    noun = kind.api_noun
    return {
        each[noun.name_member]: each[noun.id_member]
        for each in world.service().list(noun)
        if each.get("ArchiveState") != "PENDING_DELETION"
    }


def whole(world: World) -> list[tuple[EditKind, str]]:
    return [(edit.kind, edit.object) for edit in world.plan().edits]


@EACH
@pytest.mark.parametrize("names", ["live_name: mail, was: mail-v1", "live_name: mail"])
def test_a_rename_takes_no_other_object_that_goes_in_the_same_plan(
    world: World, kind: Kind, names: str
) -> None:
    write(world, kind, "live_name: mail-v1")
    world.apply()
    before = ids(world, kind)
    write(world, kind, names, aux=False)
    assert whole(world) == [(EditKind.RENAMED, "main"), (EditKind.REMOVED, "aux")]
    world.apply(**FORCED)
    assert ids(world, kind) == {"mail": before["mail-v1"]}
    assert world.plan().empty


@EACH
def test_without_a_history_was_tells_which_is_which(world: World, kind: Kind) -> None:
    write(world, kind, "live_name: mail-v1")
    world.apply()
    before = ids(world, kind)
    forget(world)
    write(world, kind, "live_name: mail, was: mail-v1", aux=False)
    assert whole(world) == [(EditKind.RENAMED, "main"), (EditKind.REMOVED, "aux")]
    world.apply(**FORCED)
    assert ids(world, kind) == {"mail": before["mail-v1"]}


@EACH
def test_without_a_history_and_was_nothing_is_renamed_nor_proposed_beside_a_deletion(
    world: World, kind: Kind
) -> None:
    write(world, kind, "live_name: mail-v1")
    world.apply()
    forget(world)
    write(world, kind, "live_name: mail", aux=False)
    assert sorted(whole(world)) == [
        (EditKind.ADDED, "main"),
        (EditKind.REMOVED, "aux"),
        (EditKind.REMOVED, "mail-v1"),
    ]
    assert not [note for note in world.plan().notes if "was:" in note]


@EACH
def test_of_two_new_ones_that_are_alike_neither_is_proposed_as_the_one_that_goes(
    world: World, kind: Kind
) -> None:
    write(world, kind, "live_name: mail-v1", aux=False)
    world.apply()
    forget(world)
    write(world, kind, "live_name: mail")
    assert sorted(whole(world)) == [
        (EditKind.ADDED, "aux"),
        (EditKind.ADDED, "main"),
        (EditKind.REMOVED, "mail-v1"),
    ]
    assert not [note for note in world.plan().notes if "was:" in note]


def test_where_the_service_cannot_rename_no_rename_is_proposed(world: World) -> None:
    world.text = "version: 1\naddress_lists:\n  blocked: {members: [a@example.org]}\n"
    world.apply()
    forget(world)
    world.replace("  blocked:", "  blocked-2026:")
    assert sorted(whole(world)) == [
        (EditKind.ADDED, "blocked-2026"),
        (EditKind.REMOVED, "blocked"),
    ]
    assert not [note for note in world.plan().notes if "was:" in note]


@EACH
def test_names_that_are_swapped_in_the_files_are_swapped_live_and_nothing_goes(
    world: World, kind: Kind
) -> None:
    write(world, kind, "live_name: one")
    world.apply()
    before = ids(world, kind)
    write(world, kind, "live_name: aux")
    world.replace("  aux: {", "  aux: {live_name: one, ")
    assert {edit for edit, _ in whole(world)} == {EditKind.RENAMED}
    world.apply(**FORCED)
    assert ids(world, kind) == {"aux": before["one"], "one": before["aux"]}
    assert world.plan().empty


def test_one_that_was_deleted_by_hand_is_not_taken_for_another_of_its_name(world: World) -> None:
    write(world, Kind.ARCHIVE, "live_name: mail")
    world.apply()
    world.service().delete(Noun.ARCHIVE, ids(world, Kind.ARCHIVE)["mail"])
    made = {"ArchiveName": "mail", "Retention": {"RetentionPeriod": "SEVEN_YEARS"}}
    world.clock.sleep(40 * 24 * 3600)
    world.service().create(Noun.ARCHIVE, made, "token")
    assert whole(world) == [(EditKind.ADOPTED, "main")]
    with pytest.raises(Refused, match="to adopt: archive main"):
        world.apply(**FORCED)


def test_a_name_that_somebody_else_has_is_refused_and_theirs_stays_as_it_is(world: World) -> None:
    write(world, Kind.RELAY, "live_name: one")
    world.apply()
    members = {"ServerName": "x.example.com", "ServerPort": 25}
    theirs = {"RelayName": "two", "Authentication": {"NoAuthentication": {}}, **members}
    their_id = world.service().create(Noun.RELAY, theirs, "token")
    write(world, Kind.RELAY, "live_name: two")
    with pytest.raises(Refused, match=f"would get the live name `two` of relay {their_id}"):
        world.apply(**FORCED, adopt=True)
    assert ids(world, Kind.RELAY)["two"] == their_id


def test_was_that_names_what_another_object_is_by_its_id_is_said(world: World) -> None:
    write(world, Kind.ARCHIVE, "live_name: mail-v1", aux=False)
    world.apply()
    write(world, Kind.ARCHIVE, "live_name: mail")
    world.replace("  aux: {", "  aux: {was: mail-v1, ")
    plan = world.plan()
    assert [(e.kind, e.object) for e in plan.edits] == [
        (EditKind.RENAMED, "main"),
        (EditKind.ADDED, "aux"),
    ]
    assert plan.notes == ("archive aux is created: `was: mail-v1` names what is main here",)


def test_an_object_by_was_that_takes_the_name_of_one_that_goes_is_said(world: World) -> None:
    write(world, Kind.ARCHIVE, "live_name: mail-v1")
    world.apply()
    before = ids(world, Kind.ARCHIVE)
    forget(world)
    write(world, Kind.ARCHIVE, "live_name: aux, was: mail-v1", aux=False)
    assert whole(world) == [(EditKind.RENAMED, "main"), (EditKind.REMOVED, "aux")]
    assert world.plan().notes == (
        f"archive aux ({before['aux']}) is deleted, and another one, which main was before, gets "
        "its name",
    )
    world.apply(**FORCED)
    assert ids(world, Kind.ARCHIVE) == {"aux": before["mail-v1"]}


def test_was_that_stays_in_the_files_after_a_chain_of_renames_moves_nothing(world: World) -> None:
    text = (
        "version: 1\narchives:\n  x: {live_name: one, retention: SEVEN_YEARS}\n"
        "  y: {live_name: two, retention: SEVEN_YEARS}\n"
    )
    world.text = text
    world.apply()
    before = ids(world, Kind.ARCHIVE)
    forget(world)
    world.replace("live_name: two", "live_name: three, was: two")
    world.replace("live_name: one", "live_name: two, was: one")
    world.apply(**FORCED)
    assert ids(world, Kind.ARCHIVE) == {"two": before["one"], "three": before["two"]}
    forget(world)
    assert world.plan().empty


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (Kind.ARCHIVE, "compliance", "made 2026-11-20, the mail in it, retention SEVEN_YEARS"),
        (Kind.ADDRESS_LIST, "partners", "made 2026-11-20, 2 members"),
        (Kind.RELAY, "exchange", "made 2026-11-20, to mail.corp.example.com:25"),
        (Kind.RULE_SET, "inbound", "made 2026-11-20, 5 rules"),
        (Kind.TRAFFIC_POLICY, "edge", "made 2026-11-20, 2 statements"),
    ],
)
def test_what_goes_is_said_with_its_age_and_what_it_holds(
    world: World, kind: Kind, name: str, expected: str
) -> None:
    world.apply()
    thing = world.plan().live.find(kind, name)
    assert thing is not None
    assert what_it_holds(thing) == expected


def test_an_ingress_point_that_goes_is_said_with_its_a_record(world: World) -> None:
    world.apply()
    mx = world.plan().live.find(Kind.INGRESS_POINT, "mx")
    assert mx is not None
    record = world.service().get(Noun.INGRESS_POINT, mx.id or "") or {}
    assert what_it_holds(mx) == f"live as acme-mx, made 2026-11-20, A record {record['ARecord']}"


def forget(world: World) -> None:
    """As a runner without a past."""
    store = world.history.store
    for name in store.names(""):
        store.delete(name)


def test_of_two_live_ones_of_a_name_ours_is_taken_whatever_the_order() -> None:
    ours, theirs = relay("a", "a", "r-2"), replace(relay("a", "a", "r-1"), project=None)
    for live in ([ours, theirs], [theirs, ours]):
        assert pair(live, [relay("main", "a")], []) == {"r-2": "main", "r-1": "a"}


def test_an_object_of_a_snapshot_is_found_by_its_own_id_under_any_name() -> None:
    live = [relay("x", "renamed", "r-1"), relay("y", "a", "r-2")]
    assert pair(live, [relay("main", "a", "r-1")], []) == {"r-1": "main", "r-2": "a"}


def test_what_was_made_anew_is_taken_and_not_the_one_that_is_still_to_be_deleted() -> None:
    def policy(name: str, live_name: str, id: str | None, **limit: int) -> LiveObject:
        members = {"TrafficPolicyName": live_name, "PolicyStatements": [], "DefaultAction": "DENY"}
        shape = TrafficPolicy.logical({**members, **limit})
        return LiveObject(kind=Kind.TRAFFIC_POLICY, name=name, shape=shape, project="acme", id=id)

    limit = {"MaxMessageSizeBytes": 1000}
    desired = [policy("edge", "edge", None)]
    last = policy("edge", "edge", "tp-1", **limit)
    old = policy("x", left_over_name(Kind.TRAFFIC_POLICY, "edge"), "tp-1", **limit)
    new = policy("y", "edge", "tp-2")
    stranger = policy("y", "other", "tp-2")
    for live, names in (
        ([old, new], (old.live_name, "edge")),
        ([old, stranger], ("edge", "other")),
    ):
        assert names == paired_names(
            live,
            Kind.TRAFFIC_POLICY,
            LiveConfiguration(project="acme", objects=tuple(desired)),
            LiveConfiguration(project="acme", objects=(last,)),
        )


# Against an oracle

NAMES: Final = ("main", "aux", "new")
LIVE_NAMES: Final = ("a", "b", "c", "d")
IDS: Final = ("r-1", "r-2", "r-3", "r-4")


def relay(name: str, live_name: str, id: str | None = None, **more: str | None) -> LiveObject:
    shape = Relay.logical(
        {
            "RelayName": live_name,
            "ServerName": "x.example.com",
            "ServerPort": 25,
            "Authentication": {"NoAuthentication": {}},
        }
    )
    return LiveObject(kind=Kind.RELAY, name=name, shape=shape, project="acme", id=id, **more)  # type: ignore[arg-type]


@st.composite
def wanted(draw: st.DrawFn) -> list[LiveObject]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    live_names = draw(st.permutations(LIVE_NAMES))
    return [
        relay(name, live_names[at], was=draw(st.none() | st.sampled_from(LIVE_NAMES)))
        for at, name in enumerate(names)
    ]


@st.composite
def held(draw: st.DrawFn) -> list[LiveObject]:
    names = draw(st.lists(st.sampled_from(LIVE_NAMES), unique=True))
    live_ids = draw(st.permutations(IDS))
    return [relay(name, name, live_ids[at]) for at, name in enumerate(names)]


@st.composite
def applied(draw: st.DrawFn) -> list[LiveObject]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    live_names, live_ids = draw(st.permutations(LIVE_NAMES)), draw(st.permutations(IDS))
    return [relay(name, live_names[at], live_ids[at]) for at, name in enumerate(names)]


def pair(
    live: Sequence[LiveObject], desired: Sequence[LiveObject], known: Sequence[LiveObject]
) -> dict[str, str]:
    """Names by id."""
    names = paired_names(
        live,
        Kind.RELAY,
        LiveConfiguration(project="acme", objects=tuple(desired)),
        LiveConfiguration(project="acme", objects=tuple(known)),
    )
    return {str(thing.id): name for thing, name in zip(live, names, strict=True)}


def claims(
    live: Sequence[LiveObject], desired: Sequence[LiveObject], known: Sequence[LiveObject]
) -> Mapping[str, list[set[str]]]:
    """For each desired object the ids that it claims: by id, by former name, by live name."""
    there = {thing.id: thing.live_name for thing in live}
    found: dict[str, list[set[str]]] = {}
    by_id = {
        each.name: str(last.id)
        for each in desired
        for last in known
        if last.name == each.name and last.id in there
    }
    for each in desired:
        own = {by_id[each.name]} if each.name in by_id else set()
        last = [str(k.id) for k in known if k.live_name == each.was]
        was = {*last} & {str(known_id) for known_id in there}
        if not last:
            was = {str(live_id) for live_id, name in there.items() if name == each.was}
        name = {str(live_id) for live_id, name in there.items() if name == each.live_name}
        others = set(by_id.values()) - own
        found[each.name] = [own, was - others, name - others]
    return found


@given(live=held(), desired=wanted(), known=applied())
def test_no_object_that_is_claimed_goes_while_its_claimant_has_none(
    live: list[LiveObject], desired: list[LiveObject], known: list[LiveObject]
) -> None:
    names = pair(live, desired, known)
    assert len(set(names.values())) == len(live)
    claimed = claims(live, desired, known)
    for name, (own, was, by_name) in claimed.items():
        mine = {live_id for live_id, given in names.items() if given == name}
        assert mine <= own | was | by_name
        if own:
            assert mine == own
    edges = {name: own or was | by_name for name, (own, was, by_name) in claimed.items()}
    paired = sum(name in set(names.values()) for name in edges)
    assert paired == most_pairs(edges)


def most_pairs(edges: Mapping[str, set[str]]) -> int:
    """How many can have an object that they claim, by trying all ways."""
    for size in range(len(edges), 0, -1):
        for some in combinations(edges, size):
            if any(
                all(live_id in edges[name] for name, live_id in zip(some, order, strict=True))
                for order in permutations(IDS, size)
            ):
                return size
    return 0


@given(live=held(), desired=wanted(), known=applied(), data=st.data())
def test_the_assignment_does_not_depend_on_any_order(
    live: list[LiveObject],
    desired: list[LiveObject],
    known: list[LiveObject],
    data: st.DataObject,
) -> None:
    shuffled = [data.draw(st.permutations(things)) for things in (live, desired, known)]
    assert pair(live, desired, known) == pair(*shuffled)
