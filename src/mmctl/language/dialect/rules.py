"""Rules, includes and phases."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.actions import ACTION
from mmctl.language.dialect.advice import RULE_ADVICE
from mmctl.language.dialect.conditions import RULE_CONDITION
from mmctl.language.dialect.grammar import Choice, Day, Flag, Forms, Record, Several, Word
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.dialect.words import NAME, RULE_NAME, may, need

CONDITIONS = may(
    Several(item=RULE_CONDITION, doc="All must match. Default: the rule always applies.")
)
UNLESS = may(Several(item=RULE_CONDITION, doc="None may match."))
_ENVIRONMENT: Final = Word(names=(FileNoun.ENVIRONMENT,))
ENVIRONMENTS = may(Several(item=_ENVIRONMENT, doc="The environments of the rule. Default: all."))
_INCLUDE = Several(
    item=Word(names=(FileNoun.FILE,)),
    single=True,
    minimum=1,
    doc="Rule files, relative to this file, in path order.",
)

RULE: Final = Record(
    title="rule",
    doc="One rule.",
    advice=RULE_ADVICE,
    partial=True,
    members={
        "name": need(
            Word(
                pattern=RULE_NAME,
                doc="1 to 32 of A-Z a-z 0-9 _ . - and unique in the rule set.",
                names=(FileNoun.RULE,),
                defines=True,
            )
        ),
        "live_name": may(
            Word(doc="The rule's name in the service, where it differs; `none`: no name.")
        ),
        "description": may(Word(multiline=True, doc="What the rule is for.")),
        "owner": may(
            Word(doc="The team that is responsible for the rule.", names=(FileNoun.OWNER,))
        ),
        "ticket": may(Word(doc="The ticket that asked for the rule.")),
        "expires": may(
            Day(
                doc="The last day (UTC) on which the rule should be live. Lint warns around that "
                "day."
            )
        ),
        "enabled": may(Flag(doc="`false`: kept in the file, left out of the live rule set.")),
        "shadow": may(Flag(doc="`true`: instead of acting, mark mail with `X-Mmctl-Would: NAME`.")),
        "final": may(Flag(doc="`true`: the rule is intended to end its mail.")),
        "refuse": may(Flag(doc="`true`: the mail may be refused by the traffic policy, at RCPT.")),
        "count": may(
            Choice(
                values=("own", "any"),
                doc="`own`: the rule keeps a live rule of its own, so that logs count it.",
            )
        ),
        "environments": ENVIRONMENTS,
        "conditions": CONDITIONS,
        "unless": UNLESS,
        "actions": need(Several(item=ACTION, minimum=1, doc="The actions, in order.")),
    },
)
_PHASE = Record(
    title="phase",
    doc="A barrier in the order of rules, with conditions that all of its rules share.",
    members={
        "phase": need(
            Word(pattern=NAME, doc="The phase's name.", names=(FileNoun.PHASE,), defines=True)
        ),
        "conditions": CONDITIONS,
        "unless": UNLESS,
        "on_overlap": may(
            Choice(
                values=("error", "file_order", "any"),
                doc="What to do where two of its rules overlap with different effects.",
            )
        ),
        "include": may(_INCLUDE),
        "rules": may(Several(item=RULE, doc="Rules, in order.")),
    },
    one_of=(("include", "rules"),),
)
_PLAIN_INCLUDE = Record(
    title="include", doc="Rules of other files.", members={"include": need(_INCLUDE)}
)
RULE_ITEM: Final = Forms(
    title="rule, include or phase",
    forms=(("phase", _PHASE), ("include", _PLAIN_INCLUDE), ("name", RULE)),
)
