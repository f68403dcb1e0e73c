"""What all tests share: `--update` rewrites golden files."""

from __future__ import annotations

import os
import signal
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from botocore.loaders import create_loader
from hypothesis import HealthCheck, settings

from mmctl.cli.changes.trusted_base import COMMITS
from mmctl.cli.target_branch import DEFAULT_BRANCH, TARGET_BRANCHES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

settings.register_profile(
    "mmctl", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("mmctl")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite golden files")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Count no lines in a test that is `unmeasured`."""
    counting = sys.gettrace()
    if counting is None or item.get_closest_marker("unmeasured") is None:
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(counting)


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are rewritten instead of compared."""
    return bool(request.config.getoption("--update"))


@pytest.fixture(autouse=True, scope="session")
def _models_are_read_once() -> Iterator[None]:
    """botocore reads megabytes of JSON for each session; the same file says the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(create_loader))
        yield


@pytest.fixture(autouse=True, scope="session")
def _disks_are_not_waited_for() -> Iterator[None]:
    """No test ends the machine: what was written is there without a wait for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _handle: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _signals_are_heard() -> Iterator[None]:
    """A shell ignores Ctrl-C in the background, and `nohup` SIGHUP: what tests start does too."""
    numbers = (signal.SIGINT, getattr(signal, "SIGHUP", None))  # Windows has no SIGHUP
    ignored = [each for each in numbers if each and signal.getsignal(each) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.default_int_handler)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(autouse=True)
def _variables_are_restored() -> Iterator[None]:
    """A variable that a test leaves behind misleads whatever runs after it."""

    def variables() -> dict[str, str]:
        return {name: os.environ[name] for name in os.environ if name != "PYTEST_CURRENT_TEST"}

    before = variables()
    yield
    assert variables() == before


@pytest.fixture(autouse=True)
def _no_account(
    _variables_are_restored: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """No test sees this machine's AWS settings, CI server, kept answers or time zone."""
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in (*TARGET_BRANCHES, *DEFAULT_BRANCH, *COMMITS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("NO_COLOR", "1")
