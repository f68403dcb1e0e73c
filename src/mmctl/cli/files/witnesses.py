"""Messages that an analysis found, in files: to judge them again, to send or keep them."""

from __future__ import annotations

import re
import shlex
from email import message_from_bytes
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.encoding.telling import facts_told
from mmctl.analysis.questions.behavior import KeptMessage
from mmctl.cli.messages.case_text import put, text_of
from mmctl.cli.options.parameters import restated_values
from mmctl.errors import UsageError
from mmctl.language.text.layout import Branch
from mmctl.mail.facts import written_facts
from mmctl.mail.reader import read_email
from mmctl.model.facts import (
    FACT_OF,
    WRITTEN_HEADERS,
    EnvelopeFact,
    Form,
    SessionFact,
    VerdictFact,
)
from mmctl.writing import write_together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.cli.run import Run
    from mmctl.judge.ingress import Way

FOLDER: Final = ".mmctl/witness"
_HEADER: Final = (
    "# Found by mmctl. Is that what should happen? To keep it, move both files to your cases."
)
_NOT_IN_NAMES: Final = re.compile(r"[^\w.-]+", re.ASCII)
_LONGEST_NAME: Final = 80
_VERDICTS: Final = tuple(name for name in VerdictFact if FACT_OF[name].form is not Form.DERIVED)


def keep(
    root: Path,
    name: str,
    witness: Witness,
    way: Way,
    taken: set[str] | None = None,
    *,
    in_place: Sequence[str] = (),
) -> KeptMessage:
    """Write a message, and the case that states everything else of it, into the project's folder.

    `taken` are the files of other messages: names that differ in other characters share one.
    `in_place` are the options that name the rules, where those of the project do not count.

    Raises:
        UsageError: they cannot be written.
    """
    stem = _free_name(name, taken if taken is not None else set())
    path = f"{FOLDER}/{stem}.eml"
    case = text_of([_case(name, f"{stem}.eml", witness, way)], _HEADER)
    folder = root / FOLDER
    files = {
        folder / f"{stem}.eml": witness.content,
        folder / f"{stem}.yaml": case.encode(),
    }
    try:
        if not all(each.resolve().is_relative_to(root.resolve()) for each in files):
            raise UsageError(
                f"cannot write `{path}`: a link leads out of the project",
                help=f"remove the link: `{FOLDER}` is for messages that mmctl finds",
            )
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            # What is no file, such as a pipe that nobody reads, would be written to forever.
            if file.exists() and not file.is_file():
                file.unlink()
        write_together(files)
    except OSError as error:
        raise UsageError(f"cannot write `{path}`: {error.strerror}") from None
    command = shlex.join(("mmctl", "why", *in_place, f"{FOLDER}/{stem}.yaml"))
    return KeptMessage(path=path, command=command, facts=tuple(facts_told(witness)))


def keeping(
    run: Run, command: str | None = None, *, rules: Sequence[str] | None = None
) -> Callable[[str, Witness, Way], KeptMessage | None]:
    """A function that keeps the messages of one command, each under a name of its own.

    What cannot be written is no reason to keep the answer back: a warning, and None. `rules` are
    the files by which they were judged (default: those of the run), if not the project's.
    """
    taken: set[str] = set()
    in_place = options_in_place(run, rules)

    def kept(name: str, witness: Witness, way: Way) -> KeptMessage | None:
        called = name if command is None else f"{command} {name}"
        try:
            return keep(run.root, called, witness, way, taken, in_place=in_place)
        except UsageError as error:
            run.warn(f"warning: {error.message}")
            return None

    return kept


def options_in_place(run: Run, rules: Sequence[str] | None = None) -> tuple[str, ...]:
    """The options with which another command has the same rules as this run."""
    named = run.rules if rules is None else rules
    if not named:
        return ()
    form = () if run.rules_as is None else ("--as", run.rules_as)
    values = (word for option in restated_values(run.parameters) for word in option)
    return (*(word for file in named for word in ("--rules", file)), *form, *values)


def _free_name(name: str, taken: set[str]) -> str:
    """The name of a file for a message, that no other has where letter case does not count."""
    plain = _NOT_IN_NAMES.sub("-", name).strip("-.")[:_LONGEST_NAME] or "message"
    names = chain((plain,), (f"{plain}-{number}" for number in count(2)))
    stem = next(each for each in names if each.lower() not in taken)
    taken.add(stem.lower())
    return stem


def _case(name: str, file: str, witness: Witness, way: Way) -> Branch:
    submission = witness.submission
    recipient, *_ = submission.envelope.recipients
    members: dict[str, Any] = {
        "ingress_point": way.ingress_point,
        "rule_set": way.rule_set,
        "session": written_facts(SessionFact, submission),
        "envelope": written_facts(EnvelopeFact, submission),
        "verdicts": written_facts(_VERDICTS, submission),
        "lambda": {
            function.rpartition(":")[2]: answer.value
            for function, answer in witness.scenario.answers.items()
        },
        "failing": sorted(witness.scenario.failing),
    }
    case = Branch(mapping=True)
    put(case, "name", name)
    put(case, "message", file if witness.size is None else _written(witness, witness.size))
    for key, value in members.items():
        if value:
            put(case, key, value)
    put(case, "expect", {recipient: witness.happened[-1].outcome.value}, below=True)
    return case


def _written(witness: Witness, size: int) -> dict[str, Any]:
    """A message in a case, filled up to a size: files have the size that they have."""
    email = read_email(witness.content)
    named = {
        fact.name.value: email.header_values(fact.key, decoded=True) for fact in WRITTEN_HEADERS
    }
    others = {
        name: list(email.header_values(name, decoded=True))
        for name in message_from_bytes(witness.content)
        if name.lower().startswith("x-")
    }
    written: dict[str, Any] = {name: texts[0] for name, texts in named.items() if texts}
    if others:
        written["headers"] = others
    return {**written, "size": size}
