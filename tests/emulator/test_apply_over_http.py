"""`mmctl apply` and `mmctl plan` against the HTTP face: two accounts, and faults on the way."""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cli.main import exit_code
from mmctl.emulator.faults import Faults, FaultyMailManager, parse_fault
from mmctl.emulator.http import HttpFace
from mmctl.emulator.references import References
from mmctl.live.brakes.brake import Brake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.emulator.core import EmbeddedMailManager

GATEWAY = Path(__file__).parents[1] / "cli" / "gateway"
DEV = "111122223333"
PROD = "444455556666"
REGION = "eu-west-1"


@pytest.fixture
def embedded(make_embedded: Callable[..., EmbeddedMailManager]) -> EmbeddedMailManager:
    return make_embedded(settle_seconds=0)


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with six kinds of resource."""
    # botocore waits between tries; nothing else here sleeps.
    monkeypatch.setattr("time.sleep", lambda _: None)
    return Path(shutil.copytree(GATEWAY, tmp_path / "gateway"))


@contextmanager
def served(embedded: EmbeddedMailManager, clock: Any, gateway: Path, *specs: str) -> Iterator[None]:
    """Serve with faults, and let the environments of the project lead there."""
    faults = Faults([parse_fault(spec) for spec in specs])
    faulty = FaultyMailManager(embedded, faults, wait=lambda _: None, copy=embedded.copy)
    with closing(faulty), HttpFace(faulty, clock=clock, port=0) as face:
        where = f'region: {REGION}, endpoint: "{face.url}"'
        (gateway / "mmctl.yaml").write_text(
            'version: 1\nproject: acme\nrules: ["rules/*.yaml"]\ncases: ["cases/*.yaml"]\n'
            "environments:\n"
            f'  dev: {{{where}, account: "{DEV}"}}\n'
            f'  prod: {{{where}, role_arn: "arn:aws:iam::{PROD}:role/deploy"}}\n'
        )
        yield


def mmctl(gateway: Path, *words: str, env: str = "dev") -> int:
    return exit_code([*words, "-C", str(gateway), "--env", env, "-q"])


def counts(embedded: EmbeddedMailManager, account: str = DEV) -> dict[str, int]:
    operations = {
        "ListRuleSets": "RuleSets",
        "ListTrafficPolicies": "TrafficPolicies",
        "ListIngressPoints": "IngressPoints",
        "ListAddressLists": "AddressLists",
        "ListArchives": "Archives",
        "ListRelays": "Relays",
    }
    return {
        members: len(embedded.call(name, {}, account=account, region=REGION)[members])
        for name, members in operations.items()
    }


ONE_OF_EACH = {
    "RuleSets": 1,
    "TrafficPolicies": 1,
    "IngressPoints": 1,
    "AddressLists": 1,
    "Archives": 1,
    "Relays": 1,
}
NONE = dict.fromkeys(ONE_OF_EACH, 0)


def test_two_environments_are_two_accounts_one_of_them_by_its_role(
    embedded: EmbeddedMailManager, clock: Any, gateway: Path
) -> None:
    with served(embedded, clock, gateway):
        assert mmctl(gateway, "apply", "--yes") == 0
        assert (counts(embedded), counts(embedded, PROD)) == (ONE_OF_EACH, NONE)
        assert mmctl(gateway, "plan", "--detailed-exitcode", env="prod") == 2
        assert mmctl(gateway, "apply", "--yes", env="prod") == 0
        assert (counts(embedded), counts(embedded, PROD)) == (ONE_OF_EACH, ONE_OF_EACH)
        assert mmctl(gateway, "plan", "--detailed-exitcode", env="prod") == 0


@pytest.mark.parametrize("where", ["Create*@3-4", "List*@2"])
@pytest.mark.parametrize(
    "kind", ["throttle", "500", "500-after", "503", "cut-before", "cut-after", "truncate"]
)
def test_faults_that_pass_leave_nothing_doubled_and_nothing_to_do(
    embedded: EmbeddedMailManager, clock: Any, gateway: Path, kind: str, where: str
) -> None:
    with served(embedded, clock, gateway, f"{kind}:{where}"):
        assert mmctl(gateway, "apply", "--yes") == 0
        assert counts(embedded) == ONE_OF_EACH
        assert mmctl(gateway, "plan", "--detailed-exitcode") == 0


@pytest.mark.parametrize("kind", ["denied", "throttle", "503", "cut-before"])
def test_after_a_fault_that_stays_the_next_apply_finishes(
    embedded: EmbeddedMailManager, clock: Any, gateway: Path, kind: str
) -> None:
    with served(embedded, clock, gateway, f"{kind}:Create*@3-"):
        assert mmctl(gateway, "apply", "--yes") == 6
    with served(embedded, clock, gateway):
        assert mmctl(gateway, "apply", "--yes") == 0
        assert counts(embedded) == ONE_OF_EACH
        assert mmctl(gateway, "plan", "--detailed-exitcode") == 0


def test_an_apply_that_never_hears_of_what_it_made_finds_it(
    embedded: EmbeddedMailManager, clock: Any, gateway: Path
) -> None:
    with served(embedded, clock, gateway, "cut-after:Create*@1-"):
        assert mmctl(gateway, "apply", "--yes") == 0
        assert counts(embedded) == ONE_OF_EACH


@pytest.mark.parametrize(
    "spec", ["slow=0:PutObject", "503:PutObject", "cut-before:PutObject", "cut-after:PutObject"]
)
def test_many_members_go_up_through_the_pre_signed_url(
    embedded: EmbeddedMailManager, clock: Any, gateway: Path, spec: str
) -> None:
    addresses = "".join(f"a{number:04}@example.org\n" for number in range(1200))
    (gateway / "rules" / "many.csv").write_text("address\n" + addresses)
    rules = gateway / "rules" / "gateway.yaml"
    members = 'members: ["*@partner.example"]'
    text = rules.read_text()
    assert members in text
    rules.write_text(text.replace(members, f"{members}, members_file: many.csv"))
    with served(embedded, clock, gateway, spec):
        assert mmctl(gateway, "apply", "--yes") == 0
        assert mmctl(gateway, "plan", "--detailed-exitcode") == 0
    where = {"account": DEV, "region": REGION}
    (found,) = embedded.call("ListAddressLists", {}, **where)["AddressLists"]
    asked = {"AddressListId": found["AddressListId"]}
    assert len(embedded.call("ListMembersOfAddressList", asked, **where)["Addresses"]) == 1000
    (job,) = embedded.call("ListAddressListImportJobs", asked, **where)["ImportJobs"]
    assert (job["Status"], job["ImportedItemsCount"]) == ("COMPLETED", 1201)


LISTS = (
    "ListRuleSets",
    "ListTrafficPolicies",
    "ListIngressPoints",
    "ListAddressLists",
    "ListMembersOfAddressList",
    "ListArchives",
    "ListRelays",
    "ListAddonSubscriptions",
    "ListTagsForResource",
)


@pytest.mark.parametrize("operation", LISTS)
def test_a_list_that_stays_cut_short_is_never_an_empty_one(
    embedded: EmbeddedMailManager, clock: Any, gateway: Path, operation: str
) -> None:
    with served(embedded, clock, gateway):
        assert mmctl(gateway, "apply", "--yes") == 0
    with served(embedded, clock, gateway, f"short:{operation}@1-"):
        assert mmctl(gateway, "plan", "--detailed-exitcode") == 5
        assert mmctl(gateway, "apply", "--yes") == 5
    assert counts(embedded) == ONE_OF_EACH


@pytest.mark.parametrize("operation", ["ListTrafficPolicies", "GetRuleSet", "CreateRuleSet"])
def test_an_answer_cut_short_once_is_asked_for_again(
    embedded: EmbeddedMailManager, clock: Any, gateway: Path, operation: str
) -> None:
    with served(embedded, clock, gateway, f"short:{operation}"):
        assert mmctl(gateway, "apply", "--yes") == 0
        assert counts(embedded) == ONE_OF_EACH


def test_an_answer_that_stays_cut_short_after_a_write_stops_part_way(
    embedded: EmbeddedMailManager, clock: Any, gateway: Path
) -> None:
    with served(embedded, clock, gateway, "short:GetRuleSet@1-"):
        assert mmctl(gateway, "apply", "--yes") == 6
    with served(embedded, clock, gateway):
        assert mmctl(gateway, "apply", "--yes") == 0
        assert counts(embedded) == ONE_OF_EACH


def test_strict_references_are_no_hindrance_to_apply_change_and_rollback(
    make_embedded: Callable[..., EmbeddedMailManager], clock: Any, gateway: Path
) -> None:
    """Whatever goes is named by nothing any more when it is deleted."""
    embedded = make_embedded(settle_seconds=0, references=References.STRICT)
    places = {name: gateway / "rules" / f"{name}.yaml" for name in ("gateway", "rules")}
    whole = {name: place.read_text() for name, place in places.items()}
    why = ("--reason", "tried without mail")
    forced = ("--allow-delete", *why, *(f"--force={brake}" for brake in Brake))
    with served(embedded, clock, gateway):
        assert mmctl(gateway, "apply", "--yes") == 0
        before = ids(embedded)
        places["gateway"].write_text(
            whole["gateway"]
            .replace("exchange", "other")
            .replace("compliance-7y", "ten-years")
            .replace("SEVEN_YEARS", "TEN_YEARS")
            .replace("trusted-partners", "partners")
        )
        places["rules"].write_text(
            whole["rules"]
            .replace("compliance-7y", "ten-years")
            .replace("trusted-partners", "partners")
        )
        assert mmctl(gateway, "apply", "--yes", *forced) == 0
        assert not ids(embedded) & before
        assert mmctl(gateway, "rollback", "--yes", *forced) == 0
        for name, place in places.items():
            place.write_text(whole[name])
        assert mmctl(gateway, "plan", "--detailed-exitcode") == 0


def ids(embedded: EmbeddedMailManager) -> set[str]:
    """What rules name."""
    asked = {"ListRelays": "RelayId", "ListAddressLists": "AddressListId"}
    found: set[str] = set()
    for name, member in asked.items():
        answer = embedded.call(name, {}, account=DEV, region=REGION)
        found |= {each[member] for each in answer[name.removeprefix("List")]}
    return found
