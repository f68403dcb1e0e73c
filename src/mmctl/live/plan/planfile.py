"""Plans as files: bound to account, region and endpoint, and refused if edited.

A plan holds mail addresses: only its owner can read the file.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.questions.behavior_json import behavior_document
from mmctl.errors import Refused, UsageError
from mmctl.inputs import DOCUMENT_AT_MOST, parse_json, read_text
from mmctl.language.project import Brakes
from mmctl.live.plan.plan import Behaviour, Past, Plan, Target, plan_between
from mmctl.live.plan.promotion_values import ValueChange, promotion_document, promotion_of
from mmctl.live.plan.signing import PlanSignature
from mmctl.live.plan.steps import step_document
from mmctl.live.plan.trust import trust_document, trust_of
from mmctl.live.state.canonical import digest_of
from mmctl.live.state.encode import configuration_document, configuration_of
from mmctl.live.state.service import Identity
from mmctl.records import asdict, replace
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mmctl.live.compare.edits import Edit
    from mmctl.live.ordinary.values import TreatmentDifference

SCHEMA: Final = "mmctl/plan@1"


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as the JSON that people and machines read; the same plan gives the same bytes."""
    identity = plan.target.identity
    document = {
        "schema": SCHEMA,
        "environment": plan.target.environment,
        "account": identity.account,
        "region": identity.region,
        "endpoint": identity.endpoint,
        "caller": identity.caller,
        "digest": {"before": plan.digest_before, "after": plan.digest_after},
        "edits": [edit.document() for edit in plan.edits],
        "summary": plan.summary.document(),
        "steps": [step.text for step in plan.steps],
        "behaviour": None if plan.behaviour is None else asdict(plan.behaviour),
        "budget": [asdict(line) for line in plan.budget],
        "warnings": list(plan.warnings),
        "notes": list(plan.notes),
        "goes_back_to": plan.goes_back_to,
    }
    document |= _unknown_document(plan) | _ordinary_document(plan) | _every_document(plan)
    if plan.live_edits:
        document["live_edits"] = [edit.document() for edit in plan.live_edits]
    if plan.kept:
        document["kept"] = [edit.document() for edit in plan.kept]
    if plan.changed_values:
        document["changed_values"] = [asdict(each) for each in plan.changed_values]
    if plan.promotion is not None:
        document["promotion"] = promotion_document(plan.promotion)
    if plan.trust is None or plan.trust.silent:
        return document
    return document | {"trust": trust_document(plan.trust)}


def _unknown_document(plan: Plan) -> dict[str, Any]:
    """The members that this version does not know, if any."""
    found = [
        {
            "resource": f"{each.kind}/{each.object}",
            "path": each.member.path,
            "value": each.member.shown,
            "rule": each.member.rule,
            "erased": each.erased,
            "known": each.known,
        }
        for each in plan.unknown
    ]
    return {"unknown_members": found} if found else {}


def _ordinary_document(plan: Plan) -> dict[str, Any]:
    """What happens to ordinary mail, if it was judged."""
    found = plan.ordinary
    if found is None or not found.judged:
        return {}
    return {
        "ordinary_mail": {
            "judged": found.judged,
            "left_out": found.left_out,
            "held": [_difference_document(each) for each in found.held],
            "meant": [_difference_document(each) for each in found.meant],
        }
    }


def _every_document(plan: Plan) -> dict[str, Any]:
    """What it does to every message, if that was asked: for readers, apply asks again."""
    found = plan.every_message
    if found is None:
        return {}
    gateways = [*map(behavior_document, found.gateways)]
    return {"every_message": {"gateways": gateways, "unknown": found.unknown}}


def _difference_document(difference: TreatmentDifference) -> dict[str, Any]:
    return {
        "about": difference.about.value,
        "subject": difference.subject,
        "what": difference.what,
    }


def save_document(plan: Plan) -> dict[str, Any]:
    """The plan as a file that apply takes: with both states and the digest of everything."""
    document = plan_document(plan) | {
        "saved": {
            "partition": plan.target.identity.partition,
            "protected": plan.target.protected,
            "brakes": asdict(plan.target.brakes),
            "known_members": list(plan.target.known_members),
            "serial": plan.serial,
            "past": None if plan.past is None else {"last": plan.past.last},
            "new_passwords": sorted(plan.new_passwords),
            "failed_cases": plan.failed_cases,
            "lint_errors": plan.lint_errors,
            "rules": plan.rules,
            "values": dict(plan.values),
            "digests": dict(plan.digests),
            "desired": configuration_document(plan.desired),
            "live": configuration_document(plan.live),
            "edits": [_exact_edit(edit) for edit in plan.edits],
            "steps": [step_document(step) for step in plan.steps],
        }
    }
    return document | {"seal": digest_of(document)}


def plan_text(document: Mapping[str, Any]) -> str:
    """A document as the bytes of a file."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def save_plan(
    plan: Plan, path: Path, sign: Callable[[Plan, str], PlanSignature] | None = None
) -> None:
    """Write a plan that apply takes; `sign` returns the signature of a plan and its seal.

    Raises:
        UsageError: the file cannot be written.
    """
    document = save_document(plan)
    if sign is not None:
        document["signature"] = asdict(sign(plan, document["seal"]))
    text = plan_text(document)
    try:
        write_whole(path, text, mode=0o600, durable=True)
    except OSError as error:
        raise UsageError(f"cannot write the plan `{path}`: {error.strerror}") from error


def load_plan(path: Path) -> Plan:
    """Read a saved plan.

    Raises:
        UsageError: it cannot be read, or is not a saved plan.
        Refused: it was edited after it was made.
    """
    return load_signed_plan(path)[0]


def load_signed_plan(path: Path) -> tuple[Plan, PlanSignature | None]:
    """Read a saved plan and the signature in its file, which is not verified yet.

    Raises:
        UsageError, Refused: as in `load_plan`.
    """
    document = _document(path)
    plan = plan_of(document, str(path))
    found = document.get("signature")
    return plan, None if found is None else PlanSignature(**found)


def _document(path: Path) -> Any:
    try:
        return parse_json(read_text(path, at_most=DOCUMENT_AT_MOST))
    except OSError as error:
        raise UsageError(f"cannot read the plan `{path}`: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"`{path}` is not a plan: {error}", help=_MAKE_ONE) from error


def plan_of(document: Any, source: str) -> Plan:
    """The plan of a document that `save_document` wrote.

    What follows from its two states is computed from them again, and compared.

    Raises:
        UsageError: it is not a saved plan.
        Refused: it was edited after it was made, or an older version made it.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise UsageError(f"`{source}` is not a plan: expected schema `{SCHEMA}`", help=_MAKE_ONE)
    if "saved" not in document or "seal" not in document:
        raise UsageError(f"`{source}` is a plan for display only", help=_MAKE_ONE)
    unsealed = {member: value for member, value in document.items() if member not in _OUTSIDE}
    if digest_of(unsealed) != document["seal"]:
        raise _edited(source, "was changed after it was made")
    _check_schema(document, source)
    if not document["saved"].get("past"):
        raise Refused(
            f"`{source}` was made by an older version of mmctl",
            why="it does not record what was applied before it, so it could be applied twice",
            help="make a new plan: mmctl plan --save FILE",
        )
    if document["goes_back_to"] is not None:
        raise _edited(source, "is the plan of a rollback, which no command saves")
    try:
        plan = _plan(document)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"`{source}` is not a plan of this version: {error}", help=_MAKE_ONE
        ) from error
    _check_follows(plan, document, source)
    return plan


_MAKE_ONE: Final = "make one with: mmctl plan --save FILE"
_OUTSIDE: Final = ("seal", "signature")
"""What the seal does not cover."""
_OF_EDITS: Final = ("kind", "resource", "name", "path", "before", "after", "place", "words", "note")
_OF_EXACT_EDITS: Final = (*_OF_EDITS[:2], "object", "rule", *_OF_EDITS[3:])
"""What of an edit follows from the two states; the rest was seen when the plan was made, and is
looked up again before it is carried out."""


def _edited(source: str, what: str) -> Refused:
    return Refused(
        f"`{source}` {what}",
        why="mmctl applies only what was shown and reviewed",
        help="change the files and make a new plan: mmctl plan --save FILE",
    )


def _check_follows(plan: Plan, document: Mapping[str, Any], source: str) -> None:
    """Refuse a file whose edits and steps do not follow from the live and the desired state.

    The seal is not enough: anybody who edits a file can compute it again.

    Raises:
        Refused: what it shows is not what it would do, or is explained in other words.
    """
    made, shown = _following(json.loads(plan_text(save_document(plan)))), _following(document)
    differing = [member for member in made if made[member] != shown[member]]
    if differing and _without_notes(made) == _without_notes(shown):
        raise Refused(
            f"`{source}` has other notes on its edits than this version of mmctl writes",
            why="another version made the plan, or it was edited after it was made",
            help="make a new plan: mmctl plan --save FILE",
        )
    if differing:
        raise _edited(source, f"shows something else than it would do: `{'`, `'.join(differing)}`")


def _following(document: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a saved plan that follow from the two states in it."""
    saved = document["saved"]
    return {
        **{member: document[member] for member in ("digest", "summary", "steps", "budget")},
        "unknown_members": document.get("unknown_members", []),
        "edits": _only(_OF_EDITS, document["edits"]),
        "live_edits": _only(_OF_EDITS, document.get("live_edits", ())),
        **{f"saved/{member}": saved[member] for member in ("digests", "steps")},
        "saved/edits": _only(_OF_EXACT_EDITS, saved["edits"]),
    }


def _without_notes(following: Mapping[str, Any]) -> dict[str, Any]:
    """The same without the sentences that explain edits: versions word them differently."""
    return {
        member: [each | {"note": None} for each in value] if member.endswith("edits") else value
        for member, value in following.items()
    }


def _only(members: Sequence[str], edits: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{member: edit.get(member) for member in members} for edit in edits]


def _check_schema(document: Mapping[str, Any], source: str) -> None:
    from jsonschema import Draft202012Validator, ValidationError  # noqa: PLC0415 - slow to import

    try:
        Draft202012Validator(plan_schema()).validate(document)
    except ValidationError as error:
        where = "/".join(str(part) for part in error.absolute_path)
        raise UsageError(
            f"`{source}` is not a plan of this version: `{where}`: {error.message}", help=_MAKE_ONE
        ) from error


@cache
def plan_schema() -> dict[str, Any]:
    """The JSON Schema of plans."""
    text = files("mmctl.render").joinpath("schemas/plan.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _plan(document: Mapping[str, Any]) -> Plan:
    saved = document["saved"]
    identity = Identity(
        account=document["account"],
        region=document["region"],
        endpoint=document["endpoint"],
        caller=document["caller"],
        partition=saved["partition"],
    )
    target = Target(
        environment=document["environment"],
        identity=identity,
        brakes=Brakes(**saved["brakes"]),
        protected=saved["protected"],
        known_members=tuple(saved.get("known_members", ())),
    )
    made = plan_between(
        target,
        configuration_of(saved["desired"]),
        configuration_of(saved["live"]),
        new_passwords=frozenset(saved["new_passwords"]),
    )
    return replace(
        made,
        serial=saved["serial"],
        past=Past(**saved["past"]),
        seal=document["seal"],
        failed_cases=saved["failed_cases"],
        lint_errors=saved["lint_errors"],
        rules=saved.get("rules"),
        values=dict(saved.get("values", {})),
        changed_values=tuple(ValueChange(**each) for each in document.get("changed_values", ())),
        promotion=promotion_of(document["promotion"]) if document.get("promotion") else None,
        behaviour=Behaviour(**document["behaviour"]) if document["behaviour"] else None,
        trust=trust_of(document["trust"]) if document.get("trust") else None,
        warnings=tuple(document["warnings"]),
        notes=tuple(document["notes"]),
    )


def _exact_edit(edit: Edit) -> dict[str, Any]:
    """An edit read from a file, which is not trusted about what was done by hand."""
    return {member: value for member, value in asdict(edit).items() if member in _OF_EXACT_EDITS}
