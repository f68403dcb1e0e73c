"""The reference gateway changes without a gap: each case, and real mail, at each call."""

from __future__ import annotations

import io
import lzma
import tarfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from live.conftest import World
from live.judged_moments import Moments, what_mail_meets
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import submission_of_case
from mmctl.cli.changes.live_rules import project_of
from mmctl.compiler.compile import compile_project
from mmctl.judge.judging import judge
from mmctl.judge.submission import Scenario, Submission, gateway_of_ingress_point
from mmctl.language.parsing.load import read_project
from mmctl.live.brakes.brake import Brake
from mmctl.mail.reader import read_email
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Environment, LogicalRule, Project

ROOT: Final = Path(__file__).resolve().parents[2]
CORPUS: Final = ROOT.parent / "shared" / "corpus" / "real-mail.tar.xz"
EACH: Final = 30
"""One of so many messages is judged."""
OF_CORPUS: Final = 200
POINT: Final = "public-mx"
FEW: Final = 25
"""So many rules, the last ones, are live before the others come, and after they are gone."""


class Reference(World):
    """A world whose files are those of a project that was read."""

    project: Project

    def desired(self) -> tuple[LiveConfiguration, Environment]:
        configuration, problems = compile_project(self.project)
        assert problems == ()
        return configuration, self.project.environment


def with_rules(project: Project, rules: Sequence[LogicalRule]) -> Project:
    """The project with other rules in its large rule set."""
    inbound = replace(project.rule_sets["inbound"], rules=tuple(rules), phases=())
    return replace(project, rule_sets={**project.rule_sets, "inbound": inbound})


def submissions(project: Project) -> Iterator[tuple[Submission, Scenario]]:
    """Every case of the public ingress point, and real mail with the facts of the first one."""
    cases = [each for each in cases_of(project)[0] if each.ingress_point in {None, POINT}]
    found = [
        (submission_of_case(case, lambda path: (ROOT / path).read_bytes()), case.scenario)
        for case in cases
    ]
    yield from found
    if CORPUS.is_file():
        content = io.BytesIO(lzma.decompress(CORPUS.read_bytes()))
        with tarfile.open(fileobj=content) as archive:
            files = (archive.extractfile(each) for each in archive if each.isfile())
            for file in islice((each for each in files if each is not None), OF_CORPUS):
                yield replace(found[0][0], email=read_email(file.read())), Scenario()


def judged(
    configuration: LiveConfiguration, project: Project, mail: Sequence[tuple[Submission, Scenario]]
) -> list[list[object]]:
    """What becomes of each message: how it ends, and what is done, as often as it is done."""
    gateway = gateway_of_ingress_point(project_of(configuration, project), POINT)
    return [
        [
            (
                got.outcome,
                sorted(
                    (action.label, action.recipient)
                    for rule in got.rules
                    for action in rule.actions
                    if action.done
                ),
            )
            for got in judge(gateway, submission, scenario, assume_pass=True).recipients
        ]
        for submission, scenario in mail
    ]


@pytest.mark.slow
def test_every_case_and_real_mail_is_judged_as_before_or_as_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    monkeypatch.setattr("mmctl.live.apply.members.IMPORT_BEYOND", 1)
    project, _ = read_project(ROOT, environment="local")
    mail = list(submissions(project))[::EACH]
    assert len(mail) > 40
    ends: dict[str, list[list[object]]] = {}
    rules = project.rule_sets["inbound"].rules
    world = Reference(root=tmp_path)
    world.project = with_rules(project, rules[-FEW:])
    world.apply(forced=[brake.value for brake in Brake])
    for after in (project, with_rules(project, rules[-FEW:])):
        moments = Moments(world)
        world.project = after
        world.observe = moments.observe
        world.apply(allow_delete=True, forced=[brake.value for brake in Brake])
        world.observe = None
        moments.look()
        states = {what_mail_meets(state): state for state in moments.states}
        for key, state in states.items():
            if key not in ends:
                ends[key] = judged(state, project, mail)
        was, will = (ends[what_mail_meets(moments.states[place])] for place in (0, -1))
        assert was != will
        for key in states:
            for one, before, afterwards in zip(ends[key], was, will, strict=True):
                # A policy that narrows goes first: each recipient of a message counts alone.
                for now, then, later in zip(one, before, afterwards, strict=True):
                    assert now in (then, later)
        assert world.plan().empty
