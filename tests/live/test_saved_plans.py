"""A saved plan is checked as a whole, is made anew from what is live, and works once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from live.stopping import FORCED, Killed, at_write, change_every_kind
from mmctl.errors import CouldNot, Refused, StoppedPartWay, UsageError
from mmctl.language.project import Brakes
from mmctl.live.apply.renewing import renewed
from mmctl.live.history.earlier_runs import is_past_unknown, past_of
from mmctl.live.history.entries import EntryResult
from mmctl.live.plan.plan import make_plan, plan_between, target_of
from mmctl.live.plan.planfile import load_plan, plan_text, save_document, save_plan
from mmctl.live.state.canonical import digest_of
from mmctl.live.state.read import read_live
from mmctl.model.kinds import Kind, Noun

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from live.conftest import World
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.plan.plan import Plan

OLD, NEW = '"@exarnple.com"', '"@example.net"'


@dataclass
class Saved:
    """A world with a plan in a file."""

    world: World
    path: Path

    def save(self) -> None:
        save_plan(self.world.plan(), self.path)

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return document

    def write(self, document: dict[str, Any]) -> None:
        """Write a document with a seal that fits it, as anybody can compute it."""
        unsealed = {name: value for name, value in document.items() if name != "seal"}
        self.path.write_text(plan_text(unsealed | {"seal": digest_of(unsealed)}))

    def renewed(self, project: str = "acme", **settings: Any) -> Plan:
        means = self.world.means()
        target = target_of(self.world.desired()[1], means.service.identity)
        return renewed(load_plan(self.path), replace(target, **settings), project, means)

    def apply(self, **permissions: Any) -> HistoryEntry | None:
        return self.world.apply(self.renewed(), **permissions)


@pytest.fixture
def saved(world: World, tmp_path: Path) -> Saved:
    """The second change of a project, planned and saved."""
    world.apply()
    world.replace(OLD, NEW)
    made = Saved(world, tmp_path / "plan.json")
    made.save()
    return made


def _desired_alone(document: dict[str, Any]) -> None:
    """The trial's own: the wanted state, and nothing that shows it."""
    text = json.dumps(document["saved"]["desired"])
    assert "@example.net" in text
    document["saved"]["desired"] = json.loads(text.replace("@example.net", "@example.com"))


def _live_alone(document: dict[str, Any]) -> None:
    text = json.dumps(document["saved"]["live"])
    document["saved"]["live"] = json.loads(text.replace("@exarnple.com", "@example.org"))


FORGERIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "desired": _desired_alone,
    "live": _live_alone,
    "edits": lambda document: document["edits"].clear(),
    "an edit's place": lambda document: document["edits"][0].update(place="rules/other.yaml:1"),
    "an edit's value": lambda document: document["edits"][0].update(after=["@example.org"]),
    "exact edits": lambda document: document["saved"]["edits"].clear(),
    "an exact edit": lambda document: document["saved"]["edits"][0].update(kind="moved"),
    "summary": lambda document: document["summary"].update(change=0),
    "steps": lambda document: document["steps"].clear(),
    "exact steps": lambda document: document["saved"]["steps"].clear(),
    "a step's id": lambda document: document["saved"]["steps"][0].update(id="rs-other"),
    "digests": lambda document: document["saved"]["digests"].update({"relays/x": "0" * 64}),
    "digest before": lambda document: document["digest"].update(before="0" * 64),
    "digest after": lambda document: document["digest"].update(after="0" * 64),
    "budget": lambda document: document["budget"].clear(),
    "a password": lambda document: document["saved"]["new_passwords"].append("mx"),
    "a rollback": lambda document: document.update(goes_back_to="0001-20261120T090001Z"),
    "no past": lambda document: document["saved"].update(past=None),
    "an older version": lambda document: document["saved"].pop("past"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_whatever_is_changed_is_found_also_when_the_seal_fits(saved: Saved, forgery: str) -> None:
    document = saved.document()
    FORGERIES[forgery](document)
    saved.write(document)
    with pytest.raises(Refused, match=r"shows something else|plan of a rollback|older version"):
        load_plan(saved.path)


def test_a_plan_with_the_notes_of_another_version_is_not_called_a_false_one(saved: Saved) -> None:
    document = saved.document()
    for edit in (document["edits"][0], document["saved"]["edits"][0]):
        edit["note"] = "in other words"
    saved.write(document)
    with pytest.raises(Refused, match="has other notes on its edits than this version") as refused:
        load_plan(saved.path)
    assert "another version made the plan" in (refused.value.why or "")
    document["summary"]["change"] = 0
    saved.write(document)
    with pytest.raises(Refused, match=r"would do: `summary`, `edits`, `saved/edits`$"):
        load_plan(saved.path)


def test_what_is_found_is_named(saved: Saved) -> None:
    document = saved.document()
    document["summary"]["change"] = 0
    saved.write(document)
    with pytest.raises(Refused, match=r"would do: `summary`$"):
        load_plan(saved.path)


def test_every_member_of_a_plan_follows_or_is_known_to_be_taken_as_it_is(saved: Saved) -> None:
    """A new member is to be made anew from both states, or to be looked at again by apply."""
    taken = {
        *("schema", "environment", "account", "region", "endpoint", "caller", "seal"),
        *("behaviour", "warnings", "notes", "goes_back_to"),
        *("saved/partition", "saved/protected", "saved/brakes", "saved/serial", "saved/past"),
        *("saved/failed_cases", "saved/lint_errors", "saved/new_passwords"),
        *("saved/desired", "saved/live", "saved/known_members"),
        *("saved/rules", "saved/values"),  # compared with the files, and with the history
    }
    following = {"digest", "edits", "summary", "steps", "budget"}
    following |= {"saved/digests", "saved/edits", "saved/steps"}
    document = saved.document()
    members = document.keys() - {"saved"} | {f"saved/{name}" for name in document["saved"]}
    assert members == taken | following


def test_what_is_no_plan_at_all_is_said(saved: Saved) -> None:
    document = saved.document()
    document["saved"]["desired"]["objects"][0]["shape"] = {}
    saved.write(document)
    with pytest.raises(UsageError, match="not a plan of this version"):
        load_plan(saved.path)


def test_a_plan_that_is_nested_without_end_is_no_plan(saved: Saved) -> None:
    saved.path.write_text("[" * 200_000)
    with pytest.raises(UsageError, match="is not a plan"):
        load_plan(saved.path)


def _with_id(configuration: LiveConfiguration, kind: Kind, id: str) -> LiveConfiguration:
    objects = tuple(
        replace(each, id=id) if each.kind is kind else each for each in configuration.objects
    )
    return replace(configuration, objects=objects)


def test_an_object_of_somebody_else_is_not_written_through_a_forged_id(saved: Saved) -> None:
    service = saved.world.service()
    foreign = service.create(Noun.RULE_SET, {"RuleSetName": "theirs", "Rules": []}, token="1")
    plan = load_plan(saved.path)
    live = _with_id(plan.live, Kind.RULE_SET, foreign)
    forged = plan_between(plan.target, plan.desired, live)
    save_plan(replace(forged, serial=plan.serial, past=plan.past), saved.path)
    before = len(saved.world.writes)
    with pytest.raises(Refused, match="it would now do something else than it says"):
        saved.apply()
    assert len(saved.world.writes) == before


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"protected": True}, "protected"),
        ({"brakes": Brakes(max_deletes=5)}, "brakes"),
    ],
)
def test_the_settings_that_count_are_those_of_the_environment_now(
    saved: Saved, settings: dict[str, Any], what: str
) -> None:
    with pytest.raises(Refused, match=f"other settings of environment local: `{what}`"):
        saved.renewed(**settings)


def test_a_plan_of_another_project_is_refused(saved: Saved) -> None:
    with pytest.raises(Refused, match="is for project `acme`, this is `other`"):
        saved.renewed(project="other")


def test_a_plan_of_this_very_state_is_carried_out(saved: Saved) -> None:
    made = saved.renewed()
    assert (made.edits, made.steps) == (load_plan(saved.path).edits, load_plan(saved.path).steps)
    entry = saved.world.apply(made)
    assert entry is not None
    assert entry.plan == saved.document()["seal"]
    assert saved.world.plan().empty


def test_a_saved_plan_works_once_also_when_the_state_is_back(saved: Saved) -> None:
    entry = saved.apply()
    assert entry is not None
    saved.world.replace(NEW, OLD)
    saved.world.apply()
    saved.world.replace(OLD, NEW)
    with pytest.raises(Refused, match=f"is already applied: {entry.id}"):
        saved.apply()


def test_a_saved_plan_is_not_carried_out_after_its_own_rollback(saved: Saved) -> None:
    saved.apply()
    saved.world.rollback()
    with pytest.raises(Refused, match="is already applied"):
        saved.apply(forced=("pin",))


def test_any_entry_that_came_since_holds_a_saved_plan_although_the_state_is_the_same(
    saved: Saved,
) -> None:
    saved.world.replace(NEW, '"@example.org"')
    saved.world.apply()
    saved.world.replace('"@example.org"', OLD)
    saved.world.apply()
    with pytest.raises(Refused, match="2 applies and rollbacks since") as refused:
        saved.apply()
    assert "0002-" in refused.value.message
    assert "0003-" in refused.value.message


def test_what_came_between_the_plan_and_the_lock_holds_it(saved: Saved) -> None:
    plan = saved.renewed()
    saved.world.rollback("1", allow_delete=True, forced=("irreversible",))
    saved.world.replace(NEW, OLD)
    saved.world.apply(adopt=True, forced=("pin",))
    with pytest.raises(Refused, match="the plan is stale: 2 applies and rollbacks since"):
        saved.world.apply(plan)


def test_an_attempt_that_wrote_nothing_does_not_use_a_plan_up(saved: Saved) -> None:
    saved.world.observe = at_write(1, lambda: CouldNot("no network"))
    with pytest.raises(CouldNot):
        saved.apply()
    saved.world.observe = None
    assert saved.world.history.entries()[-1].result is EntryResult.NOTHING
    assert saved.apply() is not None


def test_a_store_without_a_past_cannot_know_and_one_with_another_past_refuses(
    saved: Saved, world: World
) -> None:
    entries = list(world.history.store.names(".entry.json"))
    kept = {name: world.history.store.get(name) or "" for name in entries}
    assert not is_past_unknown(load_plan(saved.path), world.history)
    for name in [*world.history.store.names("")]:
        world.history.store.delete(name)
    assert is_past_unknown(load_plan(saved.path), world.history)
    assert not saved.renewed().empty
    (text,) = kept.values()
    other = json.loads(text) | {"id": "0007-20261101T000000Z"}
    world.history.store.put("0007-20261101T000000Z.entry.json", json.dumps(other))
    with pytest.raises(Refused, match="is not in the history here"):
        saved.renewed()


def _second_version(world: World, path: Path) -> tuple[Saved, int]:
    """A change of every kind as a saved plan, and how many writes it takes."""
    world.apply()
    change_every_kind(world)
    made = Saved(world, path)
    made.save()
    return made, len(load_plan(path).steps)


@pytest.mark.parametrize(
    ("number", "error"),
    [(1, Killed), (3, KeyboardInterrupt), (8, Killed), (12, KeyboardInterrupt), (15, Killed)],
)
def test_a_saved_plan_that_was_cut_off_is_finished_by_itself(
    world: World, tmp_path: Path, number: int, error: type[BaseException]
) -> None:
    saved, steps = _second_version(world, tmp_path / "plan.json")
    assert steps >= 12
    world.observe = at_write(number, error)
    with pytest.raises(error):
        saved.apply(**FORCED)
    world.observe, world.process = None, 2
    cut_off = world.history.entries()[-1]
    entry = saved.apply(**FORCED)
    if cut_off.result is not EntryResult.NOTHING:
        assert entry is None or entry.state_before == cut_off.state_before
    assert world.plan().empty
    with pytest.raises(Refused, match="is already applied"):
        saved.apply(**FORCED)


def test_what_is_said_of_a_saved_plan_that_stopped_is_what_finishes_it(
    world: World, tmp_path: Path
) -> None:
    """In a protected environment nothing but a saved plan does."""
    saved, _steps = _second_version(world, tmp_path / "plan.json")
    world.observe = at_write(3, lambda: CouldNot("no network"))
    with pytest.raises(StoppedPartWay) as stopped:
        saved.apply(**FORCED)
    assert stopped.value.help is not None
    assert "the same `mmctl apply PLAN` again finishes it" in stopped.value.help
    world.observe = None
    made = saved.renewed(protected=False)
    assert 0 < len(made.steps) < len(load_plan(saved.path).steps)
    assert saved.world.apply(made, **FORCED) is not None
    assert world.plan().empty


def test_what_somebody_did_since_it_was_cut_off_is_not_undone_unseen(
    world: World, tmp_path: Path
) -> None:
    saved, _steps = _second_version(world, tmp_path / "plan.json")
    world.observe = at_write(2, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        saved.apply(**FORCED)
    world.observe = None
    rule_set = world.plan().live.find(Kind.RULE_SET, "inbound")
    assert rule_set is not None
    rules = rule_set.shape.to_api()["Rules"]
    live = world.service().get(Noun.RULE_SET, rule_set.id or "") or {}
    assert len(rules) == len(live["Rules"])
    world.service().update(Noun.RULE_SET, rule_set.id or "", {"Rules": live["Rules"][:-1]})
    with pytest.raises(Refused, match="it would now do something else than it says") as refused:
        saved.apply(**FORCED)
    assert refused.value.details == ("  rule_sets/inbound: deliver added",)


def test_another_plan_does_not_go_on_with_what_was_cut_off(world: World, tmp_path: Path) -> None:
    saved, _steps = _second_version(world, tmp_path / "plan.json")
    other = Saved(world, tmp_path / "other.json")
    world.replace("port: 2525,", "port: 2526,")
    other.save()
    world.observe = at_write(2, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        saved.apply(**FORCED)
    world.observe = None
    with pytest.raises(Refused, match="the plan is stale"):
        other.apply(**FORCED)


def test_a_plan_without_changes_is_stale_like_any_other(world: World, tmp_path: Path) -> None:
    world.apply()
    saved = Saved(world, tmp_path / "plan.json")
    saved.save()
    assert load_plan(saved.path).empty
    assert saved.renewed().empty
    policy = world.plan().live.find(Kind.TRAFFIC_POLICY, "edge")
    assert policy is not None
    change = {"DefaultAction": "ALLOW", "PolicyStatements": []}
    world.service().update(Noun.TRAFFIC_POLICY, policy.id or "", change)
    with pytest.raises(Refused, match="the plan is stale: live objects changed"):
        saved.renewed()


def test_a_plan_made_anew_has_what_was_found_when_it_was_made(saved: Saved) -> None:
    plan = replace(saved.world.plan(), failed_cases=2, lint_errors=1, warnings=("a warning",))
    save_plan(plan, saved.path)
    made = saved.renewed()
    assert (made.failed_cases, made.lint_errors, made.warnings) == (2, 1, ("a warning",))


def test_plans_of_states_that_were_read_again_are_the_same_bytes(saved: Saved) -> None:
    world = saved.world
    configuration, environment = world.desired()
    state = read_live(world.service(), configuration, world.history.applied())
    target = target_of(environment, world.service().identity)
    plan = make_plan(target, configuration, state, serial=1)
    document = save_document(replace(plan, past=past_of(world.history)))
    assert json.loads(plan_text(document)) == saved.document()
