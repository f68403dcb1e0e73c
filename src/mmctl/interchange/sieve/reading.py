"""Sieve scripts → the rules of a source.

Scripts without a recipient are run for everybody, in the order in which they are named; then each
personal script is run for its recipient's mail, as a mail server does it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound, UsageError
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.migration.names import FreeNames
from mmctl.interchange.migration.source import OtherGateway
from mmctl.interchange.migration.tests import Matches
from mmctl.interchange.sieve.arguments import given
from mmctl.interchange.sieve.including import names_of_files
from mmctl.interchange.sieve.parser import parsed
from mmctl.interchange.sieve.syntax import Script, calls_in
from mmctl.interchange.sieve.validity import script_of
from mmctl.interchange.sieve.vocabulary import COMMANDS
from mmctl.interchange.sieve.walking import Walk
from mmctl.interchange.sieve.wrong import ScriptProblems

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Opened, SourceOptions

RECIPIENT: Final = "recipient"
"""The option that says whose a script is: lines of `ADDRESS` or `FILE=ADDRESS`."""
_ADDRESS: Final = re.compile(r"[^\s@=]+@[^\s@=]+")
LARGEST: Final = 4 * 1024 * 1024
"""Bytes of one script; Pigeonhole takes one megabyte, unless it is set to take more."""


def read(opened: Opened, asked: SourceOptions) -> OtherGateway:
    """The rules that Sieve scripts are.

    Raises:
        ProblemsFound: scripts are broken; at each of the places.
        UsageError: the options do not say whose the scripts are.
    """
    scripts = _Scripts(opened)
    owners = _owners(asked.options.get(RECIPIENT, ""), tuple(opened.named))
    for file in opened.named:
        scripts.load(file)
    own = [file for file in opened.named if file not in scripts.included()]
    scripts.wrong.raise_if_any(scripts.texts)
    source = OtherGateway(system="Sieve")
    walk = Walk(source, asked, scripts.wrong, scripts.find)
    shared = [file for file in own if not owners.get(file)]
    personal = [file for file in own if owners.get(file)]
    for index, file in enumerate(shared):
        if (script := scripts.loaded[file]) is not None:
            more = bool(personal) or index + 1 < len(shared)
            walk.run(script, more=more)
    for_all = list(walk.way.effects)
    names = FreeNames()
    for file in personal:
        walk.way.begin(for_all)
        if (script := scripts.loaded[file]) is not None:
            name = names.named(f"people-of-{_stem(file)}", "people")
            source.address_lists[name] = tuple(_with_details(owners[file]))
            is_theirs = Matches(operand="recipient", operator="in_address_list", values=(name,))
            walk.way.steps.append(is_theirs)
            walk.recipient = owners[file][0]
            walk.run(script)
            walk.way.steps.clear()
            walk.recipient = None
    walk.way.begin(for_all)
    if personal:
        walk.finish()
    scripts.wrong.raise_if_any(scripts.texts)
    return source


def _with_details(addresses: tuple[str, ...]) -> list[str]:
    """Addresses, and their sub-addresses: mail for `ann+lists@` is Ann's."""
    members: list[str] = []
    for address in addresses:
        local, _, domain = address.rpartition("@")
        members.append(address)
        if local and "*" not in local and "+" not in local:
            members.append(f"{local}+*@{domain}")
    return members


class _Scripts:
    """The scripts of an import, each read once."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.wrong = ScriptProblems()
        self.loaded: dict[str, Script | None] = {}
        self.texts: dict[str, str] = {}

    def load(self, file: str) -> Script | None:
        """A script by its path; None: there is none, or it is broken."""
        if file not in self.loaded:
            content = self._opened.named.get(file)
            if content is None:
                content = self._opened.beside(file)
            self.loaded[file] = None if content is None else self._read(file, content)
        return self.loaded[file]

    def _read(self, file: str, content: bytes) -> Script | None:
        if len(content) > LARGEST:
            raise UsageError(
                f"`{file}` has {len(content):,} bytes, expected at most {LARGEST:,}",
                help="name Sieve scripts; servers take at most a megabyte each",
            )
        try:
            text = decoded(file, content)
        except ProblemsFound as problems:
            self.wrong.take(problems)
            return None
        self.texts[file] = text
        before = self.wrong.count
        script = script_of(file, parsed(file, text, self.wrong), self.wrong)
        return script if self.wrong.count == before else None

    def find(self, name: str, shared: bool) -> Script | None:
        """A script that another one names: a named file, or one beside it."""
        for file in self._opened.named:
            if _stem(file) == name or _base(file) == name:
                return self.load(file)
        for path in names_of_files(name, shared=shared):
            if (script := self.load(path)) is not None:
                return script
        return None

    def included(self) -> set[str]:
        """The named files that another named file includes: they are not run by themselves."""
        names: set[str] = set()
        for script in list(self.loaded.values()):
            for call in calls_in(script.commands if script else ()):
                if call.name == "include" and call.block is None:
                    names.update(text.value for text in given(call, COMMANDS["include"]).texts(0))
        files = {file for file in self._opened.named if {_stem(file), _base(file)} & names}
        return files if len(files) < len(self._opened.named) else set()


def _base(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2]


def _stem(file: str) -> str:
    return _base(file).removesuffix(".sieve").removesuffix(".siv")


def _owners(option: str, files: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Whose each file is, from `--recipient`; nobody's: everybody's.

    Raises:
        UsageError: an address or a file is none.
    """
    owners: dict[str, tuple[str, ...]] = {}
    rest: tuple[str, ...] = ()
    for line in option.split("\n") if option else ():
        file, equals, address = line.strip().rpartition("=")
        if not _ADDRESS.fullmatch(address):
            raise UsageError(
                f"`--recipient {line}`: `{address}` is not an address",
                help="write `--recipient ann@example.com`, or `--recipient FILE=ann@example.com`",
            )
        if not equals:
            rest = (*rest, address.lower())
            continue
        named = [each for each in files if file in {each, _base(each), _stem(each)}]
        if not named:
            raise UsageError(
                f"`--recipient {line}`: `{file}` is not one of the scripts",
                help="name the script on the command line as well",
            )
        for each in named:
            owners[each] = (*owners.get(each, ()), address.lower())
    return {file: owners.get(file, rest) for file in files}
