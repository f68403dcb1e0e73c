"""What a report of a bug says about the mmctl that ran: versions and counts, no names of anybody's.

No path, host, user, address, account, profile or value of a variable gets into it, and no name from
a project: whoever reports pastes it into a public page without reading it twice.
"""

from __future__ import annotations

import json
import locale
import platform
import re
import sys
from collections import Counter
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mmctl import __version__
from mmctl.cli import world
from mmctl.counted import counted
from mmctl.errors import MmctlError
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cli.run import Run

_VARIABLES: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "CI",
    "CODEBUILD_BUILD_ID",
    "COLUMNS",
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LC_ALL",
    "MMCTL_REQUIREMENT",
    "NO_COLOR",
    "NO_PROXY",
    "PYTHONPATH",
    "PYTHONUTF8",
    "SSL_CERT_FILE",
    "TERM",
    "XDG_CACHE_HOME",
)
"""Variables that change what mmctl does. Names outside of this list could tell something."""
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)*(?:\.?(?:a|b|rc|dev|post)\d+)*")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA: Final = re.compile(r"extra == ['\"]([a-z]+)['\"]")
_FOR_DEVELOPERS: Final = frozenset({"dev", "docs", "oracle"})
_INSTALLERS: Final = ("pip", "uv", "pipx", "poetry", "pdm", "conda")


def version_report(run: Run) -> str:
    """The report as lines of text, the version first."""
    rows = [
        ("mmctl", __version__),
        ("installed", _installed()),
        ("Python", f"{platform.python_implementation()} {_number(platform.python_version())}"),
        ("system", _system()),
        ("text", _text()),
        ("project", _project(run)),
        ("variables", ", ".join(_variables()) or "none"),
        *_packages(),
    ]
    width = max(len(name) for name, _ in rows)
    return "".join(f"{name:{width}}  {value}\n" for name, value in rows)


def _installed() -> str:
    """How mmctl got here, without from where."""
    try:
        package = distribution("mmctl")
    except PackageNotFoundError:
        return "not as a package"
    installer = (package.read_text("INSTALLER") or "").strip()
    by = installer if installer in _INSTALLERS else "another installer"
    return f"{source_of(package.read_text('direct_url.json'))}, by {by}"


def source_of(noted: str | None) -> str:
    """The kind of place that an installer noted in `direct_url.json` (PEP 610)."""
    if not noted:
        return "from a package index"
    try:
        read: Any = json.loads(noted)
        scheme = urlsplit(str(read["url"])).scheme
    except (ValueError, TypeError, KeyError):
        return "from an unknown place"
    if "vcs_info" in read:
        return "from a repository"
    if "archive_info" in read:
        return "from a file" if scheme == "file" else "from an address"
    editable = (read.get("dir_info") or {}).get("editable") is True
    return "from a folder, editable" if editable else "from a folder"


def _system() -> str:
    """The kind of system; the release of a kernel can hold a company's name after its numbers."""
    bits = 64 if sys.maxsize > 1 << 32 else 32
    libc = " ".join(filter(None, platform.libc_ver()))
    parts = (platform.system(), _number(platform.release()), platform.machine(), f"{bits} bit")
    return ", ".join(filter(None, (" ".join(filter(None, parts)), libc)))


def _text() -> str:
    stream = sys.stdout.encoding or "unknown"
    files = sys.getfilesystemencoding()
    seen = "terminal" if world.is_terminal(sys.stdout) else "no terminal"
    return f"stdout {stream}, files {files}, locale {locale.getencoding()}, {seen}"


def _project(run: Run) -> str:
    """How large the project is; why it is not counted."""
    from mmctl.language.parsing.root import root_of

    if root_of(str(run.directory.resolve())) is None:
        return "none here"
    try:
        project, problems = run.read()
    except MmctlError as error:
        return f"cannot be read: {type(error).__name__}"
    rules = sum(len(each.rules) for each in project.rule_sets.values())
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = (
        counted(len(project.settings.environments), "environment"),
        counted(len(project.files), "file"),
        counted(rules, "rule"),
        counted(len(project.cases), "case"),
        counted(errors, "error"),
    )
    return ", ".join(counts)


def _variables() -> Iterator[str]:
    return (name for name in _VARIABLES if world.variable(name))


def _packages() -> Iterator[tuple[str, str]]:
    """What mmctl requires, then each extra: complete, or what it lacks."""
    try:
        required = distribution("mmctl").requires or []
    except PackageNotFoundError:
        return
    lacking: dict[str, list[str]] = {}
    sizes: Counter[str] = Counter()
    for requirement in required:
        name, extra = _NAME.match(requirement), _EXTRA.search(requirement)
        if name is None:
            continue
        if extra is None:
            yield name[0], _version_of(name[0])
        elif extra[1] not in _FOR_DEVELOPERS:
            sizes[extra[1]] += 1
            if _found(name[0]) is None:
                lacking.setdefault(extra[1], []).append(name[0])
    for named in sizes:
        missing = lacking.get(named, [])
        yield f"[{named}]", f"without {', '.join(missing)}" if missing else "complete"


def _version_of(name: str) -> str:
    found = _found(name)
    return "missing" if found is None else _number(version(name))


def _found(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _number(text: str) -> str:
    """The numbers that a version starts with; `+` stands for what a builder added to them."""
    found = _NUMBER.match(text)
    if found is None:
        return "unknown"
    return found[0] if found[0] == text else f"{found[0]}+"
