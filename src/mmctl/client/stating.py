"""What is stated to an embedded endpoint about a message: facts that no session can have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.mail.email import Tls
from mmctl.mail.facts import Stated, written_facts
from mmctl.model.facts import SessionFact, VerdictFact
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.submission import Scenario
    from mmctl.language.project import Project
    from mmctl.mail.email import Facts, Session


def facts_stated(
    project: Project, session: Session, facts: Facts, scenario: Scenario | None = None
) -> dict[str, Any]:
    """The members of `XMMFACTS`: as in a case, with add-ons under AWS's names."""
    known = Stated(session=session, facts=replace(facts, add_ons=_by_product(project, facts)))
    written = {
        "session": written_facts(SessionFact, known),
        "verdicts": written_facts(VerdictFact, known),
        "lambda": {name: answer.value for name, answer in _answers(scenario).items()},
        "failing": sorted(scenario.failing) if scenario is not None else [],
    }
    return {name: value for name, value in written.items() if value}


def versions_for(session: Session) -> str | None:
    """The TLS version to offer so that a session is encrypted as a case states; None: any."""
    return session.tls.value if session.tls not in {None, Tls.NONE} else None


def _by_product(project: Project, facts: Facts) -> Mapping[str, Mapping[str, str | bool]]:
    """Answers of add-ons by the names of AWS; the project calls them as it likes."""
    return {
        project.add_ons[name].subscription.addon_name if name in project.add_ons else name: answers
        for name, answers in facts.add_ons.items()
    }


def _answers(scenario: Scenario | None) -> Mapping[str, Any]:
    return {} if scenario is None else scenario.answers
