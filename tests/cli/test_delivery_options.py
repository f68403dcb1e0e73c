"""What `mmctl emulate` may hand to others is named on the command line, and said at the start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cli.options.delivering import delivery_settings, said_at_start
from mmctl.emulator.delivering.settings import DeliverySettings
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = '{"username": "mm", "password": "s3cret"}'
BAD: list[tuple[dict[str, Any], str]] = [
    *(
        ({"deliver": [spec]}, f"got `--deliver {spec}`")
        for spec in (
            "",
            "exchange",
            "=mx1:25",
            "exchange=",
            "exchange=mx1",
            "exchange=mx1:",
            "exchange=:25",
            "exchange=mx1:0",
            "exchange=mx1:65536",
            "exchange=mx1:-1",
            "exchange=mx1:2\uff15",
            "exchange=mx1:999999999999999999999",
            "exchange=mx 1:25",
            "exchange=mx\n1:25",
            f"exchange={'x' * 256}:25",
        )
    ),
    *(
        ({"function": [spec]}, f"got `--lambda {spec}`")
        for spec in ("", "sorter", "sorter=", "sorter=  ", "=cat", "sorter='cat")
    ),
    *(
        ({option: url}, f"got `--{option.replace('_', '-')} {url}`, which is not on this machine")
        for option in ("s3", "sns", "lambda_endpoint")
        for url in ("https://s3.eu-west-1.amazonaws.com", "http://192.0.2.1:9000", "x", "")
    ),
    *(
        ({"secret": [spec]}, f"got `--secret {spec}`")
        for spec in ("", "exchange", "=a", "exchange=")
    ),
    ({"secret": ["exchange=none.json"]}, "cannot read `none.json`: no such file or directory"),
    ({"secret": ["exchange=."]}, "cannot read `.`: is a directory"),
    ({"secret": ["exchange=open.json"]}, "`open.json` can be read by others"),
    *(
        ({"secret": [f"exchange={name}"]}, f"`{name}` is no secret")
        for name in ("half.json", "list.json", "numbers.json", "empty.json")
    ),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "secret.json": SECRET,
        "open.json": SECRET,
        "half.json": SECRET[:20],
        "list.json": "[1]",
        "numbers.json": '{"username": 1, "password": 2}',
        "empty.json": '{"username": "mm", "password": ""}',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o644 if name == "open.json" else 0o600)
    return tmp_path


def test_an_option_that_cannot_be_used_says_what_is_expected(folder: Path) -> None:
    wrong = []
    for options, message in BAD:
        try:
            delivery_settings(folder, **options)
        except UsageError as error:
            if not error.message.startswith(message) or "s3cret" in f"{error.message}{error.help}":
                wrong.append((options, error.message))
        else:
            wrong.append((options, "nothing"))
    assert wrong == []


def test_what_leaves_the_machine_is_said_at_the_start(folder: Path) -> None:
    settings = delivery_settings(
        folder,
        deliver=["exchange=smtp.example.com:587", "send=127.0.0.1:1025", "v6=[2001:db8::1]:25"],
        secret=["exchange=secret.json", "legacy=secret.json"],
        function=["sorter=python 'my sort.py' --fast"],
        s3="http://127.0.0.1:5000",
    )
    assert list(said_at_start(settings)) == [
        "deliver exchange to smtp.example.com:587, with AUTH, mail leaves this machine\n",
        "deliver send to 127.0.0.1:1025\n",
        "deliver v6 to [2001:db8::1]:25, mail leaves this machine\n",
        "secret for legacy\n",
        "lambda sorter runs python 'my sort.py' --fast\n",
        "s3 at http://127.0.0.1:5000\n",
    ]
    assert settings.functions == {"sorter": ("python", "my sort.py", "--fast")}
    told = DeliverySettings.of_json(json.loads(json.dumps(settings.to_json())))
    assert told == settings
    assert told.secrets["exchange"].password == "s3cret"


def test_hostile_names_are_written_as_escapes(folder: Path) -> None:
    settings = delivery_settings(
        folder, deliver=["a\x1b[2Jb=mx1:25"], function=["c\u202ed=cat \x1b"]
    )
    assert all(line[:-1].isprintable() for line in said_at_start(settings))
