"""The options of `mmctl emulate` about deliveries: what may leave this machine, and to whom.

Everything here is named on the command line: no file of a project can add to it.
"""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.settings import DeliverySettings, HostPort, Secret
from mmctl.errors import UsageError
from mmctl.inputs import MIB, parse_json
from mmctl.model.endpoints import is_loopback
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_LAST_PORT: Final = 65_535
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_LONGEST_HOST: Final = 255


def delivery_settings(
    folder: Path,
    *,
    deliver: Sequence[str] = (),
    secret: Sequence[str] = (),
    function: Sequence[str] = (),
    s3: str | None = None,
    sns: str | None = None,
    lambda_endpoint: str | None = None,
) -> DeliverySettings:
    """What the options say; files are looked for in `folder`.

    Raises:
        UsageError: one of them is not usable.
    """
    return DeliverySettings(
        deliver=dict(_server(spec) for spec in deliver),
        secrets=dict(_secret(folder, spec) for spec in secret),
        functions=dict(_command(spec) for spec in function),
        s3_url=_endpoint("--s3", s3),
        sns_url=_endpoint("--sns", sns),
        lambda_url=_endpoint("--lambda-endpoint", lambda_endpoint),
    )


def said_at_start(settings: DeliverySettings) -> Iterator[str]:
    """What the command says of it at its start: a line for each."""
    for name, server in sorted(settings.deliver.items()):
        leaves = "" if server.on_loopback else ", mail leaves this machine"
        login = ", with AUTH" if settings.secret_of_relay(name) else ""
        yield f"deliver {visible(name)} to {server}{login}{leaves}\n"
    for name in sorted(set(settings.secrets) - set(settings.deliver)):
        yield f"secret for {visible(name)}\n"
    for name, command in sorted(settings.functions.items()):
        yield f"lambda {visible(name)} runs {visible(shlex.join(command))}\n"
    for what, url in (
        ("s3", settings.s3_url),
        ("sns", settings.sns_url),
        ("lambda", settings.lambda_url),
    ):
        if url is not None:
            yield f"{what} at {visible(url)}\n"


def _server(spec: str) -> tuple[str, HostPort]:
    name, equals, place = spec.rpartition("=")
    host, colon, port = place.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0  # noqa: PLR2004
    plain = host.isprintable() and " " not in host and 0 < len(host) <= _LONGEST_HOST
    if not (name and equals and colon and plain and 0 < number <= _LAST_PORT):
        raise UsageError(
            f"got `--deliver {spec}`", help="expected NAME=HOST:PORT, such as exchange=mx1:25"
        )
    return name, HostPort(host=host, port=number)


def _command(spec: str) -> tuple[str, tuple[str, ...]]:
    name, equals, text = spec.partition("=")
    try:
        command = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"got `--lambda {spec}`: {str(error).lower()}") from None
    if not (name and equals and command):
        raise UsageError(
            f"got `--lambda {spec}`", help="expected NAME=COMMAND, such as sorter='python sort.py'"
        )
    return name, command


def _endpoint(option: str, url: str | None) -> str | None:
    if url is not None and not is_loopback(url):
        raise UsageError(
            f"got `{option} {url}`, which is not on this machine",
            help="expected http://127.0.0.1:PORT or http://localhost:PORT",
        )
    return url


def _secret(folder: Path, spec: str) -> tuple[str, Secret]:
    """The user name and password in a file, in the form of a relay's secret."""
    name, equals, place = spec.rpartition("=")
    if not (name and equals and place):
        raise UsageError(f"got `--secret {spec}`", help="expected NAME=FILE")
    text = _private_text(folder / place, place)
    expected = 'a JSON object with the texts "username" and "password"'
    try:
        document = parse_json(text)
        username, password = document["username"], document["password"]
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"`{place}` is no secret", help=f"expected {expected}") from None
    if not (isinstance(username, str) and isinstance(password, str) and username and password):
        raise UsageError(f"`{place}` is no secret", help=f"expected {expected}")
    return name, Secret(username=username, password=password)


def _private_text(path: Path, shown: str) -> str:
    """The text of a file that only its owner can read."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UsageError(f"cannot read `{shown}`: not a file")
            if os.name == "posix" and status.st_mode & _OTHERS:
                raise UsageError(
                    f"`{shown}` can be read by others", help=f"run `chmod 600 {shlex.quote(shown)}`"
                )
            return file.read(MIB).decode()
    except UnicodeDecodeError:
        raise UsageError(f"cannot read `{shown}`: it is not UTF-8") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read `{shown}`: {reason}") from None
