"""One question of the page, answered: the rules with their edits, the message, and its way."""

from __future__ import annotations

from collections import deque
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Final

from mmctl.cases.case import MessageFile, WrittenMessage
from mmctl.cases.running import submission_of_case
from mmctl.errors import UsageError
from mmctl.judge.index.index import index_of
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.simulation import Simulated, submission_from
from mmctl.judge.submission import Scenario, Submission
from mmctl.judge.trace import RuleResult
from mmctl.mail.reader import read_email
from mmctl.records import dataclass, field
from mmctl.serve.play.asked import name_of
from mmctl.serve.play.bench import with_line_ends_of
from mmctl.serve.play.form import form_of, stated_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.cases.case import Case
    from mmctl.judge.simulation import Known
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace
    from mmctl.language.project import Project
    from mmctl.mail.email import Email
    from mmctl.serve.play.asked import PlayQuestion
    from mmctl.serve.play.bench import Bench, Edited

WRITTEN: Final = "written message"
KEPT_GATEWAYS: Final = 6
_STRONGEST: Final = (
    RuleResult.APPLIED,
    RuleResult.HELD_BACK,
    RuleResult.UNKNOWN,
    RuleResult.NOT_APPLIED,
)
"""What a line shows of a rule that several recipients met: the first of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the page shows for a question."""

    edited: Edited
    """The rules that it was judged by."""
    simulated: Simulated | None = None
    """None: the rules, the form or the way in cannot be used."""
    said: str = ""
    """Why not, where it is not the rules."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """For each field of the form that is unusable what was expected."""
    found: Mapping[str, str] = field(default_factory=dict)
    """What headers of the message say where the form says nothing, by field."""
    project: Project | None = None
    content: bytes = b""
    written: Mapping[str, Any] | None = None
    """The message as the case has it in itself, where its bytes are not all of it."""
    scenario: Scenario = field(default_factory=Scenario)
    way: Way = field(default_factory=Way)

    @property
    def marks(self) -> dict[str, dict[int, str]]:
        """What became of the rules, by file and line."""
        return {} if self.simulated is None else _marks(self.simulated.trace)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOfCase:
    """A case as the form has it."""

    form: Mapping[str, str]
    content: bytes
    way: str
    name: str
    filled: int | None = None
    """The size in bytes that the message counts as, where that is more than `content`."""


class Player:
    """Answers questions; `read_file` reads a file of the project by its path."""

    def __init__(self, bench: Bench, read_file: Callable[[str], bytes]) -> None:
        self.bench = bench
        self.read_file = read_file
        self._gateways: deque[tuple[Project, Way, Gateway]] = deque(maxlen=KEPT_GATEWAYS)

    def case(self, name: str) -> FormOfCase | None:
        """A case for the form; None: there is no such case.

        Raises:
            OSError: its message cannot be read.
        """
        case = self.bench.on_disk().cases.get(name)
        if case is None:
            return None
        return FormOfCase(
            form=form_of(submission_of_case(case, self.read_file)),
            content=self._content(case),
            way=name_of(_way_of(case)),
            name=case.message.path if isinstance(case.message, MessageFile) else case.name,
            filled=None if _filled(case) is None else self._email(case).size,
        )

    def play(self, asked: PlayQuestion) -> Played:
        """What becomes of the message that was asked about.

        Raises:
            UsageError: the project is gone.
        """
        edited = self.bench.edited(asked.edits)
        disk, rules = edited.disk, edited.rules
        if rules.project is None:
            return Played(edited=edited)
        case = None if asked.case is None else disk.cases.get(asked.case)
        try:
            return self._played(asked, case, edited, rules.project)
        except UsageError as error:
            said = f"{error.message}{f': {error.help}' if error.help else ''}"
        except OSError as error:
            said = f"the message of the case cannot be read: {error.strerror or error}"
        return Played(edited=edited, said=said)

    def _played(
        self, asked: PlayQuestion, case: Case | None, edited: Edited, project: Project
    ) -> Played:
        """The message, judged by `project`, which has the edits, and by the files without them."""
        before = edited.disk.rules.project if edited.edits else None
        submission, known, wrong = self._submission(asked, case)
        if wrong:
            return Played(edited=edited, wrong=wrong)
        way = asked.way if case is None or asked.way != Way() else _way_of(case)
        gateway, passing = self._gateway(project, way), asked.assume_pass
        scenario = Scenario() if case is None else case.scenario
        trace = judge(gateway, submission, scenario, assume_pass=passing)
        survey = index_of(gateway, assume_pass=passing).survey(submission)
        return Played(
            edited=edited,
            simulated=Simulated(
                message=asked.name or (WRITTEN if case is None else case.name),
                submission=submission,
                known=known,
                trace=trace,
                dependences=readings_that_matter(
                    gateway,
                    submission,
                    trace,
                    scenario,
                    assume_pass=passing,
                    asked=survey if scenario == Scenario() else None,
                ),
                against=None
                if before is None
                else judge(self._gateway(before, way), submission, scenario, assume_pass=passing),
            ),
            found={each.name: each.value for each in known if not each.by_option},
            project=project,
            content=self._content(case) if asked.message is None and case else asked.message or b"",
            written=_filled(case) if asked.message is None else None,
            scenario=scenario,
            way=way,
        )

    def diff(self, edits: Mapping[str, str]) -> str:
        """The edits as a diff that `git apply` takes."""
        texts = self.bench.on_disk().texts
        return "".join(
            diff_of(path, texts[path], with_line_ends_of(texts[path], text))
            for path, text in sorted(edits.items())
            if path in texts
        )

    def _submission(
        self, asked: PlayQuestion, case: Case | None
    ) -> tuple[Submission, tuple[Known, ...], dict[str, str]]:
        """The message with what is known of it; a case says everything itself."""
        if case is None:
            stated, wrong = stated_in(asked.form)
            email = read_email(asked.message or b"")
            submission, known = submission_from(email, stated)
            return submission, known, wrong
        stated, wrong = stated_in(asked.form, case)
        email = self._email(case) if asked.message is None else read_email(asked.message)
        submission = Submission(
            email=email, session=stated.session, envelope=stated.envelope, facts=stated.facts
        )
        return submission, (), wrong

    def _email(self, case: Case) -> Email:
        return submission_of_case(case, self.read_file).email

    def _content(self, case: Case) -> bytes:
        message = case.message
        return self.read_file(message.path) if isinstance(message, MessageFile) else message.content

    def _gateway(self, project: Project, way: Way) -> Gateway:
        """The gateway that a message comes through; those of the last questions are kept."""
        for kept, where, gateway in self._gateways:
            if kept is project and where == way:
                return gateway
        made = gateway_behind(project, way)
        self._gateways.appendleft((project, way, made))
        return made


def _way_of(case: Case) -> Way:
    if case.ingress_point is None:
        return Way(rule_set=case.rule_set)
    return Way(ingress_point=case.ingress_point)


def _filled(case: Case | None) -> Mapping[str, Any] | None:
    """What a case says of its message, if that counts as longer than what is written."""
    message = None if case is None else case.message
    if isinstance(message, WrittenMessage) and message.is_filled:
        return message.written
    return None


def _marks(trace: Trace) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, RuleResult]] = {}
    for got in trace.recipients:
        for copy in got.copies:
            for rule in copy.rules:
                lines = found.setdefault(rule.position.file, {})
                line = rule.position.line
                before = lines.get(line, rule.result)
                lines[line] = min(before, rule.result, key=_STRONGEST.index)
    return {
        file: {line: result.value for line, result in lines.items()}
        for file, lines in found.items()
    }


def diff_of(path: str, before: str, after: str) -> str:
    """One edited file as a part of a diff; empty: nothing is edited."""
    lines = unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"a/{path}",
        f"b/{path}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
