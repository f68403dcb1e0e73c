"""The ways of adding that CONTRIBUTING.md tells, tried: each adds something made up.

One copy of the sources serves all: with the type checker's cache, and without any test but those
of the tables. Every way is tried twice. With its row alone, the type checker and the tests of the
table must name each other file that the way tells; with all of them, nothing may be left to name.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY: Final = Path(__file__).parents[1]
COPIED: Final = (
    *("src", "tests", "benchmarks", "release", "docs", "schemas"),
    *("noxfile.py", "pyproject.toml", ".mypy_cache"),
)
MOST_FILES_OF_A_KIND: Final = 12
"""A resource kind has a class, a reader and a writer of its own."""
MOST_FILES: Final = 6
"""To be written by hand; what is generated does not count."""


@dataclass(slots=True, kw_only=True)
class House:
    """A copy of the sources that may be changed."""

    root: Path
    before: dict[str, str | None] = field(default_factory=dict)
    """The files that were changed or added, as they were; None: they were not there."""
    generated: dict[str, str | None] = field(default_factory=dict)
    """The same of files that a command writes."""

    def change(self, file: str, *changes: tuple[str, str]) -> None:
        """Put texts in the place of others, each of which must be there."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        self.before.setdefault(file, text)
        for old, new in changes:
            assert old in text, f"{file} has no {old!r}: correct this test"
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")

    def add(self, file: str, text: str) -> None:
        """Add a file that is not there."""
        path = self.root / file
        assert not path.exists(), f"{file} is there: correct this test"
        self.before[file] = None
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def update(self, tests: str, *written: str) -> None:
        """Let tests write the files that they compare."""
        for file in written:
            path = self.root / file
            self.generated[file] = path.read_text(encoding="utf-8") if path.exists() else None
        self.said_by_tests(tests, "--update")

    def restore(self) -> None:
        """Put all files back."""
        for file, text in (self.before | self.generated).items():
            path = self.root / file
            if text is not None:
                path.write_text(text, encoding="utf-8")
                continue
            path.unlink(missing_ok=True)
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        self.before.clear()
        self.generated.clear()

    def named_by_types(self) -> set[str]:
        """The files that the type checker names."""
        said = self._run("mypy")
        return set(re.findall(r"^([\w/.]+\.py):\d+: error", said, re.MULTILINE))

    def said_by_tests(self, tests: str, *options: str, without: tuple[str, ...] = ()) -> str:
        """What the tests of a table say, without some of them; nothing where all pass."""
        left_out = [f"--deselect={tests}::{name}" for name in without]
        return self._run(
            "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *options, *left_out, tests
        )

    def _run(self, module: str, *arguments: str) -> str:
        ours = {"PYTHONPATH": str(self.root / "src")}
        others = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST")}
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.root,
            env=others | ours,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        return done.stdout + done.stderr if done.returncode else ""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The sources as they are."""
    root = tmp_path_factory.mktemp("house")
    for name in COPIED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, root / name)
    return House(root=root)


@pytest.fixture
def house(copied: House) -> Iterator[House]:
    """The copy, in which nothing is added yet."""
    yield copied
    copied.restore()


def test_adding_an_action(house: House) -> None:
    """An action that stores mail: its shape, its row, what the judge does, a line of the manual."""
    table = "tests/model/test_actions.py"
    made_up = (  # botocore does not know what is made up here
        "test_every_action_of_the_service_has_a_row",
        "test_words_and_numbers_are_those_of_the_service",
    )
    shapes = "src/mmctl/model/rules.py"
    house.change(
        shapes,
        (
            "AnyRuleAction: TypeAlias",
            """class StoreInVaultAction(Shape):
    \"""Stores the message in a vault.\"""

    action_failure_policy: ActionFailurePolicy | None = None
    vault_arn: NameOrArn
    role_arn: IamRoleArn


AnyRuleAction: TypeAlias""",
        ),
        ("    | InvokeLambdaAction\n", "    | InvokeLambdaAction\n    | StoreInVaultAction\n"),
        (
            "    invoke_lambda: InvokeLambdaAction | None = None\n",
            "    invoke_lambda: InvokeLambdaAction | None = None\n"
            "    store_in_vault: StoreInVaultAction | None = None\n",
        ),
    )
    house.change(
        "src/mmctl/model/actions.py",
        ("    SnsAction,\n", "    SnsAction,\n    StoreInVaultAction,\n"),
        (
            '\n)\n"""In the order in which schemas',
            """
    ActionRow(
        key="store_in_vault",
        name="StoreInVault",
        shape=StoreInVaultAction,
        does=Does.STORES,
        doc="Stores the message in a vault.",
        keys=(Key(word="vault", member="VaultArn", doc="ARN of the vault."), _ROLE),
        target=lambda action: action.vault_arn,
        needs=(Permission(sid="StoreInVault", actions=("vault:Put",), on=("{VaultArn}",)),),
    ),
)
\"""In the order in which schemas""",
        ),
    )
    judge, manual = "src/mmctl/judge/evaluator.py", "docs/language.md"
    proofs = "src/mmctl/analysis/encoding/pipeline.py"
    embedded = "src/mmctl/emulator/delivering/actions.py"
    assert house.named_by_types() == {shapes, judge, proofs, embedded}
    assert f"{manual} has no line for `store_in_vault`" in house.said_by_tests(table)
    house.change(
        shapes,
        (
            "                | InvokeLambdaAction()\n",
            "                | InvokeLambdaAction()\n                | StoreInVaultAction()\n",
        ),
    )
    for place in (judge, proofs):
        house.change(
            place,
            ("    SnsAction,\n", "    SnsAction,\n    StoreInVaultAction,\n"),
            ("| SnsAction()\n", "| SnsAction()\n                | StoreInVaultAction()\n"),
        )
    house.change(
        embedded,
        ("    SnsAction,\n", "    SnsAction,\n    StoreInVaultAction,\n"),
        (
            "        case BounceAction():\n",
            "        case StoreInVaultAction():\n"
            "            return DoneDeed(target=action.vault_arn)\n"
            "        case BounceAction():\n",
        ),
        ("            | BounceAction()\n", "            | BounceAction() | StoreInVaultAction()\n"),
    )
    house.change(
        manual,
        (
            "| `invoke_lambda: ",
            "| `store_in_vault: {vault: ARN, role: ARN}` | StoreInVault | stores |\n"
            "| `invoke_lambda: ",
        ),
    )
    assert house.named_by_types() == set()
    assert house.said_by_tests(table, without=made_up) == ""
    assert len(house.before) <= MOST_FILES


def test_adding_an_output_format(house: House) -> None:
    """A format of lint: its row, its writer, and what a test reads in it."""
    table = "tests/cli/test_formats.py"
    house.change(
        "src/mmctl/cli/formats.py",
        ('    HCL = "hcl"\n', '    HCL = "hcl"\n    CSV = "csv"\n'),
        (
            "    Format.HCL: FormatRow(",
            '    Format.CSV: FormatRow(what="a line for each problem", gate=Printing.TEXT),\n'
            "    Format.HCL: FormatRow(",
        ),
    )
    said = house.said_by_tests(table)
    assert "test_every_format_has_a_row_and_every_row_is_written_by_a_command" in said
    house.change(
        "src/mmctl/cli/formats.py",
        ('    HCL = "hcl"\n    CSV = "csv"\n', '    CSV = "csv"\n    HCL = "hcl"\n'),
    )
    house.change(
        "src/mmctl/cli/result_table.py",
        (
            '        Format.SARIF: "cli.commands.lint:sarif",\n',
            '        Format.SARIF: "cli.commands.lint:sarif",\n'
            '        Format.CSV: "cli.commands.lint:csv",\n',
        ),
    )
    said = house.said_by_tests(table)
    assert "there is no cli.commands.lint:csv" in said
    assert "READERS has no `csv`" in said
    assert "COMMANDS has no `lint` in `csv`" in said
    house.change(
        "src/mmctl/cli/commands/lint.py",
        (
            "def junit(",
            """def csv(_run: Run, found: Reported) -> str:
    \"""The problems, a line for each.\"""
    return "".join(f"{each.position},{each.check}\\n" for each in found.problems)


def junit(""",
        ),
    )
    house.change(
        "tests/cli/test_hostile_text.py",
        ('"lint": ("human", "json", "sarif"', '"lint": ("human", "json", "csv", "sarif"'),
        ("    Format.HCL: as_text,\n", "    Format.HCL: as_text,\n    Format.CSV: as_text,\n"),
    )
    assert house.said_by_tests(table) == ""
    assert house.named_by_types() == set()
    assert len(house.before) <= MOST_FILES


def test_adding_a_check(house: House) -> None:
    """A check that fires often: its module with its page, a line in the list, two examples."""
    table, folder = "tests/checks/test_every_check.py", "tests/checks/loud-name"
    bad = """\
version: 1
rule_sets:
  inbound:
    rules:
      - {name: LOUD, actions: [{archive: {to: all-mail}}]}
archives:
  all-mail: {retention: ONE_YEAR}
"""
    good = bad.replace("LOUD", "quiet")
    house.add(
        "src/mmctl/checks/loud_name.py",
        f'''"""A rule whose name is in capitals.

What it does:
    Finds rules whose names have no small letters.

Why it is bad:
    Reports shout.

Bad:
{indent(bad, "    ")}
Good:
{indent(good, "    ").rstrip()}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules with loud names."""
    for _, rule in rules(subject.project):
        if rule.name.isupper():
            yield finding(rule, ("name",), f"`{{rule.name}}` is in capitals")


CHECK = Check(id="loud-name", severity=Severity.INFO, text=__doc__, run=run)
''',
    )
    missing_from_list = "test_no_check_is_missing_from_the_list"
    assert missing_from_list in house.said_by_tests(table)
    house.change(
        "src/mmctl/checks/catalogue.py",
        ("    local_snapshots,\n", "    local_snapshots,\n    loud_name,\n"),
        ("    local_snapshots.CHECK,\n", "    local_snapshots.CHECK,\n    loud_name.CHECK,\n"),
    )
    said = house.said_by_tests(table)
    assert missing_from_list not in said
    assert "loud-name/ok.yaml" in said
    assert "loud-name/bad.yaml" in said
    house.add(f"{folder}/ok.yaml", good)
    house.add(f"{folder}/bad.yaml", bad)
    house.update("tests/checks/test_every_check.py", f"{folder}/bad.out")
    assert house.said_by_tests(table) == ""
    assert house.named_by_types() == set()
    assert len(house.before) <= MOST_FILES


def test_adding_a_resource_kind(house: House) -> None:
    """A place where messages wait: its shape and row, then its class, reader and writer."""
    shapes, rows = "src/mmctl/model/resources.py", "src/mmctl/model/kinds.py"
    project, compiler = "src/mmctl/language/project.py", "src/mmctl/compiler/compile.py"
    dialect = "src/mmctl/language/dialect/resources.py"
    parsing = "src/mmctl/language/parsing/resources.py"
    writing = "src/mmctl/language/writing/resources.py"
    said_by = "src/mmctl/checks/company/said.py"
    quotas, manual = "src/mmctl/model/quotas.py", "docs/language.md"
    house.change(
        shapes,
        (
            "class TrustStore(Shape)",
            """class Quarantine(Shape):
    \"""A place where messages wait, as CreateQuarantine takes it.\"""

    quarantine_name: RelayName
    comment: str | None = None
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None


class TrustStore(Shape)""",
        ),
    )
    house.change(
        rows,
        ("AddonSubscription, AddressList,", "AddonSubscription, AddressList, Quarantine,"),
        ("    AddressList | Archive", "    Quarantine | AddressList | Archive"),
        (
            '    RELAY = "relays"\n',
            '    RELAY = "relays"\n    QUARANTINE = "quarantines"\n',
        ),
        (
            '    RELAY = "Relay"\n',
            '    RELAY = "Relay"\n    QUARANTINE = "Quarantine"\n',
        ),
        (
            "        case Relay():\n",
            "        case Quarantine():\n"
            "            return shape.quarantine_name\n"
            "        case Relay():\n",
        ),
        (
            "    ResourceKind(\n        kind=Kind.ADD_ON,",
            """    ResourceKind(
        kind=Kind.QUARANTINE,
        shape=Quarantine,
        noun="quarantine",
        plural="quarantines",
        shown=8,
        written=8,
        api=ApiResource(
            noun=Noun.QUARANTINE,
            plural="Quarantines",
            arn_part="mailmanager-quarantine",
            id_prefix="q-",
            name_member="QuarantineName",
            longest_name=100,
            updates=("QuarantineName", "Comment"),
        ),
        loses="the mail in it",
        provider=Provider.AWSCC,
    ),
    ResourceKind(
        kind=Kind.ADD_ON,""",
        ),
    )
    assert house.named_by_types() == {project, dialect, parsing, writing}
    house.change(
        project,
        (
            "    from mmctl.model.resources import ",
            "    from mmctl.model.resources import Quarantine\n"
            "    from mmctl.model.resources import ",
        ),
        (
            "class LogicalRelay(",
            """class LogicalQuarantine(LogicalResource):
    \"""A quarantine.\"""

    quarantine: Quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalRelay(""",
        ),
        ("    | LogicalRelay\n", "    | LogicalRelay\n    | LogicalQuarantine\n"),
        (
            "    relays: Mapping[str, LogicalRelay] = field(default_factory=dict)\n",
            "    relays: Mapping[str, LogicalRelay] = field(default_factory=dict)\n"
            "    quarantines: Mapping[str, LogicalQuarantine] = field(default_factory=dict)\n",
        ),
        (
            "            case Kind.RELAY:\n",
            "            case Kind.QUARANTINE:\n"
            "                return self.quarantines\n"
            "            case Kind.RELAY:\n",
        ),
    )
    house.change(
        dialect,
        (
            "def record_of(",
            """QUARANTINE: Final = Record(
    title="quarantine",
    doc="A place where messages wait.",
    members={"comment": may(Word(multiline=True)), **_RESOURCE},
    empty=True,
)


def record_of(""",
        ),
        (
            "        case Kind.RELAY:\n",
            "        case Kind.QUARANTINE:\n"
            "            return QUARANTINE\n"
            "        case Kind.RELAY:\n",
        ),
    )
    house.change(
        parsing,
        ("    LogicalRelay,\n", "    LogicalQuarantine,\n    LogicalRelay,\n"),
        (
            "from mmctl.model.resources import ",
            "from mmctl.model.resources import Quarantine\nfrom mmctl.model.resources import ",
        ),
        (
            "            case LogicalRelay() |",
            "            case LogicalQuarantine() | LogicalRelay() |",
        ),
        (
            "            case Kind.RELAY:\n",
            "            case Kind.QUARANTINE:\n"
            "                return self._quarantine(name, table, at)\n"
            "            case Kind.RELAY:\n",
        ),
        (
            "    def _relay(",
            """    def _quarantine(self, name: str, table: Table, at: Position) -> Resource | None:
        members = {
            "QuarantineName": live_name(name, table, at),
            **_renamed(table, {"comment": "Comment"}),
        }
        quarantine, positions = self._shape(Quarantine, members, at)
        if quarantine is None:
            return None
        return LogicalQuarantine(quarantine=quarantine, **common(name, table, at, positions))

    def _relay(""",
        ),
    )
    house.change(
        writing,
        (
            "from mmctl.model.resources import ",
            "from mmctl.model.resources import Quarantine\nfrom mmctl.model.resources import ",
        ),
        (
            "        case Relay():\n",
            """        case Quarantine():
            written = {} if shape.comment is None else {"comment": text(shape.comment)}
            return written | common(shape.quarantine_name, shape.tags, name)
        case Relay():
""",
        ),
    )
    assert house.named_by_types() == {compiler, said_by}
    house.change(
        said_by,
        ("    LogicalRelay,\n", "    LogicalQuarantine,\n    LogicalRelay,\n"),
        (
            "        case LogicalArchive(archive=archive):\n",
            "        case LogicalQuarantine(quarantine=quarantine):\n"
            '            return {"comment": _one(quarantine.comment)}\n'
            "        case LogicalArchive(archive=archive):\n",
        ),
    )
    assert house.named_by_types() == {compiler}
    house.change(
        compiler,
        ("    LogicalRelay,\n", "    LogicalQuarantine,\n    LogicalRelay,\n"),
        (
            "        case LogicalRelay():\n",
            "        case LogicalQuarantine():\n"
            "            return made(shape=resource.quarantine)\n"
            "        case LogicalRelay():\n",
        ),
    )
    assert house.named_by_types() == set()
    table, limits = "tests/test_every_kind.py", "tests/model/test_quotas.py"
    said = house.said_by_tests(table)
    assert f"{manual} has no `quarantines:`" in said
    schemas = [f"src/mmctl/render/schemas/{name}.schema.json" for name in ("plan", "snapshot")]
    for file in schemas:
        assert f"{file} lists other kinds" in said
        text = (house.root / file).read_text(encoding="utf-8")
        lists = re.findall(r'"relays",\s+"add_ons"', text)
        house.change(file, *[(each, '"relays", "quarantines", "add_ons"') for each in lists])
    assert "quarantines has no row in ACCOUNT_QUOTAS" in house.said_by_tests(limits)
    house.change(quotas, ("frozenset({Kind.ADD_ON})", "frozenset({Kind.ADD_ON, Kind.QUARANTINE})"))
    house.change(
        manual, ("\nadd_ons:", "\nquarantines:\n  held: {comment: Looked at daily}\nadd_ons:")
    )
    assert house.said_by_tests(table) == ""
    assert house.said_by_tests(limits) == ""
    assert len(house.before) <= MOST_FILES_OF_A_KIND


def test_adding_a_condition(house: House) -> None:
    """A header that rules compare, and a flag about the session: rows, and what holds the flag."""
    operands, facts = "tests/model/test_operands.py", "tests/model/test_facts.py"
    made_up = ("test_every_attribute_of_the_service_has_a_row",)  # botocore does not know these
    enums, rows = "src/mmctl/model/enums.py", "src/mmctl/model/operands.py"
    fact_rows, stated = "src/mmctl/model/facts.py", "src/mmctl/mail/facts.py"
    email, manual = "src/mmctl/mail/email.py", "docs/language.md"
    advice = "src/mmctl/language/dialect/advice.py"
    house.change(
        enums,
        (
            '    HELO = "HELO"\n    RECIPIENT = "RECIPIENT"\n',
            '    HELO = "HELO"\n    REPLY_TO = "REPLY_TO"\n    RECIPIENT = "RECIPIENT"\n',
        ),
        (
            '    TLS_WRAPPED = "TLS_WRAPPED"\n',
            '    TLS_WRAPPED = "TLS_WRAPPED"\n    TLS_RESUMED = "TLS_RESUMED"\n',
        ),
    )
    assert house.named_by_types() == {rows}
    house.change(
        rows,
        (
            "        case RuleStringEmailAttribute.HELO:\n",
            "        case RuleStringEmailAttribute.REPLY_TO:\n"
            "            return REPLY_TO\n"
            "        case RuleBooleanEmailAttribute.TLS_RESUMED:\n"
            "            return TLS_RESUMED\n"
            "        case RuleStringEmailAttribute.HELO:\n",
        ),
        (
            "\nRULE_OPERANDS: Final",
            """REPLY_TO: Final = Operand(
    key="reply_to",
    doc="The addresses in the `Reply-To:` header.",
    fact=facts.REPLY_TO,
    comparisons=(TEXT,),
    holds=Holds.ADDRESS,
    party=Party.SENDER,
    plain=_ADDRESS,
    readings=_ADDRESS_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
TLS_RESUMED: Final = Operand(
    key="tls_resumed",
    doc="The session goes on from an earlier one.",
    fact=facts.TLS_RESUMED,
    comparisons=(FLAG,),
)

RULE_OPERANDS: Final""",
        ),
        ("    CC,\n    HEADER,\n", "    CC,\n    REPLY_TO,\n    TLS_RESUMED,\n    HEADER,\n"),
    )
    house.change(
        fact_rows,
        ('    SUBJECT = "subject"\n', '    SUBJECT = "subject"\n    REPLY_TO = "reply_to"\n'),
        (
            '    TLS_WRAPPED = "tls_wrapped"\n',
            '    TLS_WRAPPED = "tls_wrapped"\n    TLS_RESUMED = "tls_resumed"\n',
        ),
        (
            "X_HEADER: Final = ",
            """REPLY_TO: Final = _header(
    HeaderName.REPLY_TO, "Reply-To", "a.sender@example.org", holds_addresses=True
)
TLS_RESUMED: Final = Fact(
    name=SessionFact.TLS_RESUMED,
    form=Form.FLAG,
    sample=True,
    on_page="tls resumed",
    within_tls=True,
)
X_HEADER: Final = """,
        ),
        ("    TLS_WRAPPED,\n    CLIENT", "    TLS_WRAPPED,\n    TLS_RESUMED,\n    CLIENT"),
        ("    SUBJECT,\n    X_HEADER", "    SUBJECT,\n    REPLY_TO,\n    X_HEADER"),
    )
    assert house.named_by_types() == {stated}
    said = house.said_by_tests(operands, without=made_up)
    said += house.said_by_tests(facts)
    assert "Session has no member `tls_resumed`" in said
    assert "advice.py still has advice for `reply_to`" in said
    for key in ("reply_to", "tls_resumed"):
        assert f"docs/language.md has no line for `{key}`" in said
    house.change(
        stated,
        (
            "        case SessionFact.TLS_WRAPPED:\n            return",
            "        case SessionFact.TLS_RESUMED:\n            return session.tls_resumed\n"
            "        case SessionFact.TLS_WRAPPED:\n            return",
        ),
        (
            "        case SessionFact.TLS_WRAPPED:\n            return replace",
            "        case SessionFact.TLS_RESUMED:\n"
            "            return replace(session, tls_resumed=bool(written))\n"
            "        case SessionFact.TLS_WRAPPED:\n            return replace",
        ),
    )
    house.change(
        email,
        (
            "    tls_wrapped: bool | None = None\n",
            "    tls_wrapped: bool | None = None\n    tls_resumed: bool | None = None\n",
        ),
    )
    house.change(advice, ('    "reply_to": _UNSEEN', '    "answer_to": _UNSEEN'))
    house.change(
        manual,
        ("`subject` `to` `cc`: `{OP: …}`", "`subject` `to` `cc` `reply_to`: `{OP: …}`"),
        ("`tls` `tls_wrapped`", "`tls` `tls_wrapped` `tls_resumed`"),
        ("TLS1_3; tls_wrapped;", "TLS1_3; tls_wrapped; tls_resumed;"),
    )
    assert house.named_by_types() == set()
    said = house.said_by_tests(operands, without=made_up) + house.said_by_tests(facts)
    assert said == ""
    of_header = {enums, rows, fact_rows, advice, manual}
    of_flag = {enums, rows, fact_rows, stated, email, manual}
    assert set(house.before) == of_header | of_flag
    assert max(len(of_header), len(of_flag)) <= MOST_FILES
