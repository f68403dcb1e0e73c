"""Whole files: rule files with their sections, and the project file."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.cases import CASE
from mmctl.language.dialect.grammar import (
    Anything,
    Choice,
    Count,
    Deferred,
    Either,
    Flag,
    Member,
    Named,
    Record,
    Several,
    Type,
    Word,
)
from mmctl.language.dialect.invariants import INVARIANT
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.dialect.resources import record_of
from mmctl.language.dialect.rules import RULE_ITEM
from mmctl.language.dialect.words import NAME, may, need
from mmctl.language.readings import CHOICES, QUESTIONS
from mmctl.model.kinds import NAMEABLE, WRITTEN, Kind
from mmctl.model.things import ROLE

KNOWN_MEMBER: Final = (
    rf"({'|'.join(kind.api_noun for kind in Kind)})" r"(\.[A-Za-z0-9_]+(\[[0-9]*\])?)+"
)
"""A member of a live object in AWS's words; list indices are ignored."""
VERSION: Final = need(Choice(values=("1",), doc="The version of the language."))


def _section(kind: Kind) -> Member:
    doc = f"{kind.plural.capitalize()} by name."
    value = record_of(kind)
    return may(Named(value=value, pattern=NAME, doc=doc, names=(kind,), defines=True))


def _forbidden() -> Type:
    from mmctl.language.dialect.company_rules import forbidden  # noqa: PLC0415 - few projects

    return forbidden()


def _stack() -> Type:
    from mmctl.language.dialect.stack import stack  # noqa: PLC0415 - few projects

    return stack()


def _required() -> Type:
    from mmctl.language.dialect.company_rules import required  # noqa: PLC0415 - few projects

    return required()


FILE: Final = Record(
    title="rule file",
    doc="A file of a project; any file may have any section.",
    members={
        "version": VERSION,
        Kind.RULE_SET.value: _section(Kind.RULE_SET),
        "rules": may(Several(item=RULE_ITEM, doc="Rules, for a rule set that includes them.")),
        **{kind.value: _section(kind) for kind in WRITTEN if kind is not Kind.RULE_SET},
        "invariants": may(Several(item=INVARIANT, doc="What must hold for every message.")),
        "cases": may(Several(item=CASE, doc="Test cases.")),
    },
)
AFTER: Final = Record(
    title="after",
    doc="A gate: an apply needs evidence that these rules passed with real mail there.",
    key=True,
    members={
        "environment": need(
            Word(doc="The environment that rules go to first.", names=(FileNoun.ENVIRONMENT,))
        ),
        "min_cases": may(
            Count(doc="How many cases must have passed there. Default: 1.", minimum=1)
        ),
    },
)
_VARIABLES: Final = Named(
    value=Anything(),
    pattern=r"[A-Za-z_][A-Za-z0-9_]*",
    doc="Values that rules use as `${vars.NAME}`.",
    names=(FileNoun.VARIABLE,),
    defines=True,
)
ENVIRONMENT: Final = Record(
    title="environment",
    doc="An account and region for the rules.",
    members={
        "endpoint": may(
            Word(
                doc="`embedded`, which needs no AWS account; or a URL of this machine, or one of "
                "Mail Manager's. Default: AWS."
            )
        ),
        "account": may(Word(pattern=r"[0-9]{12}", doc="The AWS account, 12 digits.")),
        "region": may(Word(pattern=r"[a-z0-9-]+", doc="The AWS region.")),
        "profile": may(Word(doc="A profile of the AWS configuration.")),
        "role_arn": may(Word(doc="ARN of the role to assume.", names=(ROLE,))),
        "protected": may(Flag(doc="`true`: apply takes only a saved plan.")),
        "after": may(
            Either(
                word=Word(
                    doc="The environment that rules go to first: a plan names those that are not "
                    "live there yet.",
                    names=(FileNoun.ENVIRONMENT,),
                ),
                other=AFTER,
            )
        ),
        "snapshots": may(Word(doc="The place of snapshots: a folder, or `s3://bucket/prefix`.")),
        "plan_key": may(
            Word(
                pattern=r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
                doc="ARN of the key of AWS KMS that must sign a plan (`plan --sign`).",
            )
        ),
        "brakes": may(
            Record(
                title="brakes",
                doc="Limits beyond which an apply is refused.",
                members={
                    "max_change_percent": may(Count(maximum=100)),
                    "max_deletes": may(Count()),
                    "max_behaviour_change": may(Count()),
                },
            )
        ),
        "vars": may(_VARIABLES),
        "bindings": may(
            Record(
                title="bindings",
                doc="Ids of objects that this project does not manage, by logical name.",
                members={
                    kind.value: may(Named(value=Word(), names=(kind,), defines=True))
                    for kind in NAMEABLE
                },
            )
        ),
        "stack": may(Deferred(make=_stack)),
    },
)
PROJECT: Final = Record(
    title="project file",
    doc="The project file, `mmctl.yaml`.",
    members={
        "version": VERSION,
        "project": need(
            Word(pattern=NAME, doc="The project's name; a tag marks its objects with it.")
        ),
        "rules": may(Several(item=Word(), single=True, doc="The files with rules.")),
        "cases": may(Several(item=Word(), single=True, doc="The files with test cases.")),
        "snapshots": may(Word(doc="The place of snapshots: a folder, or `s3://bucket/prefix`.")),
        "vars": may(_VARIABLES),
        "semantics": may(
            Record(
                title="semantics",
                doc="Readings: choices where AWS's text leaves room.",
                members={
                    name: may(Choice(values=values, doc=QUESTIONS[name]))
                    for name, values in CHOICES.items()
                },
            )
        ),
        "lint": may(
            Record(
                title="lint",
                members={
                    "require_owner": may(Flag(doc="Every rule must have an owner.")),
                    "require_format": may(
                        Flag(doc="Every file must be formatted with `mmctl fmt`.")
                    ),
                    "ignore_files": may(
                        Several(
                            item=Word(),
                            single=True,
                            doc="Files that look like rule files and are not loaded on purpose.",
                        )
                    ),
                    "expired": may(
                        Choice(
                            values=("error", "warning", "info"),
                            doc="The severity of an expired rule.",
                        )
                    ),
                    "known_members": may(
                        Several(
                            item=Word(pattern=KNOWN_MEMBER),
                            doc="Members of live answers that this version does not know and "
                            "somebody reviewed: `RuleSet.Rules.Enabled`.",
                        )
                    ),
                    "proof_effort": may(
                        Count(
                            doc="Conflicts of the solver that one question about all mail may "
                            "take; 0: nothing is proved.",
                            maximum=10_000_000,
                        )
                    ),
                    "forbid": may(Deferred(make=_forbidden)),
                    "require": may(Deferred(make=_required)),
                },
            )
        ),
        "environments": may(
            Named(
                value=ENVIRONMENT,
                pattern=NAME,
                doc="Environments by name.",
                names=(FileNoun.ENVIRONMENT,),
                defines=True,
            )
        ),
        "default_environment": may(
            Word(doc="The environment of commands without --env.", names=(FileNoun.ENVIRONMENT,))
        ),
        "default_ingress_point": may(
            Word(
                doc="The ingress point of messages and cases that name none.",
                names=(Kind.INGRESS_POINT,),
            )
        ),
    },
    advice={
        name: "write resources and rules in separate files, such as `rules/gateway.yaml`"
        for name in FILE.members
        if name not in {"version", "rules", "cases"}
    },
)
