"""A pipeline's own credentials take the place of the profile and the role that people use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.cli.main import exit_code
from mmctl.cli.run_profiles import profile_variable
from mmctl.language.parsing.load import read_text
from mmctl.live.aws import sessions
from mmctl.live.aws.sessions import client_config, session_of
from mmctl.records import replace

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PROJECT = """\
version: 1
project: acme
environments:
  local: {endpoint: embedded}
  eu-prod:
    account: "111122223333"
    region: eu-west-1
    profile: mail-prod
    role_arn: arn:aws:iam::111122223333:role/mmctl
default_environment: eu-prod
"""


def test_a_variable_is_named_after_its_environment() -> None:
    assert profile_variable("eu-prod.2") == "MMCTL_PROFILE_EU_PROD_2"


def test_a_profile_of_this_run_takes_the_place_of_profile_and_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile pipeline]\nregion = eu-west-1\naws_access_key_id = a\n"
        "aws_secret_access_key = b\n[profile mail-prod]\naws_access_key_id = c\n"
        "aws_secret_access_key = d\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    assumed: list[str] = []

    def assume(session: Any, role_arn: str | None, *_: Any) -> Any:
        assumed.append(str(role_arn))
        return session

    monkeypatch.setattr(sessions, "_assumed", assume)
    project, problems = read_text({"mmctl.yaml": PROJECT, "rules/a.yaml": "version: 1\n"})
    assert problems == ()
    keys = []
    for profile in (None, "pipeline"):
        environment = replace(project.environment, run_profile=profile)
        client = session_of(environment, None, client_config()).client(
            "sts", config=client_config()
        )
        keys.append(client._request_signer._credentials.access_key)
    assert keys == ["c", "a"]
    assert assumed == ["arn:aws:iam::111122223333:role/mmctl", "None"]


def test_a_profile_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mmctl.yaml").write_text(PROJECT)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/a.yaml").write_text("version: 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("MMCTL_PROFILE_EU_PROD", "of-this-run")
    assert exit_code(["drift", "--endpoint-url", "http://127.0.0.1:9"]) == 5
    assert "of-this-run" in capsys.readouterr().err
