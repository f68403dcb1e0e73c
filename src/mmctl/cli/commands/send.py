"""`mmctl send`: a test client that sends mail to an SMTP endpoint and reports the dialogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.run import Run
from mmctl.client.endpoint import DEFAULT_TIMEOUT, TlsMode

if TYPE_CHECKING:
    import typer

    from mmctl.cli.sending.options import SendOptions

_CONNECTION = "Connection"
_MESSAGE = "Message"
_LOAD = "Load"
_CASES = "Cases"
_PROBE = "Probe"
STAGING = "staging"
"""The way by the sender of the environment."""


def _option(panel: str, name: str, help: str, metavar: str | None = None) -> Any:
    import typer

    return typer.Option(name, help=help, rich_help_panel=panel, metavar=metavar)


def send(
    run: Run,
    messages: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, archives, or `-` for stdin.")
    ] = None,
    scenario: Annotated[
        str | None,
        _option(_MESSAGE, "--scenario", "A message of the library, such as phishing.", "NAME"),
    ] = None,
    mail_from: Annotated[
        str | None,
        _option(_MESSAGE, "--mail-from", "The envelope sender; `<>` is null.", "ADDRESS"),
    ] = None,
    rcpt: Annotated[
        list[str] | None, _option(_MESSAGE, "--rcpt", "An envelope recipient.", "ADDRESS")
    ] = None,
    header: Annotated[
        list[str] | None,
        _option(_MESSAGE, "--header", "A header to put on top: `NAME: VALUE`.", "HEADER"),
    ] = None,
    sign: Annotated[
        Path | None,
        _option(_MESSAGE, "--sign", "Sign by DKIM with a private key in PEM.", "FILE"),
    ] = None,
    sign_selector: Annotated[
        str | None, _option(_MESSAGE, "--sign-selector", "Its selector. Default: mmctl.", "NAME")
    ] = None,
    sign_domain: Annotated[
        str | None,
        _option(
            _MESSAGE, "--sign-domain", "The domain that signs. Default: that of From.", "DOMAIN"
        ),
    ] = None,
    to: Annotated[
        str | None,
        _option(
            _CONNECTION,
            "--to",
            "The server. Default: the ingress point of the environment.",
            "HOST:PORT",
        ),
    ] = None,
    ingress_point: Annotated[
        str | None, _option(_CONNECTION, "--ingress-point", "The ingress point to send to.", "NAME")
    ] = None,
    data: Annotated[
        Path | None,
        _option(
            _CONNECTION,
            "--data",
            "The data folder of `mmctl emulate`. Default: .mmctl/mail.",
            "FOLDER",
        ),
    ] = None,
    helo: Annotated[
        str | None,
        _option(_CONNECTION, "--helo", "The name in EHLO. Default: this machine's.", "NAME"),
    ] = None,
    tls: Annotated[
        TlsMode | None,
        _option(
            _CONNECTION,
            "--tls",
            "required, optional, none or wrapped. Default: required.",
            "MODE",
        ),
    ] = None,
    ca: Annotated[
        Path | None,
        _option(_CONNECTION, "--ca", "Trust the certificates that these issued.", "FILE"),
    ] = None,
    insecure: Annotated[
        bool, _option(_CONNECTION, "--insecure", "Accept any certificate of the server.")
    ] = False,
    cert: Annotated[
        Path | None, _option(_CONNECTION, "--cert", "The client's certificate, in PEM.", "FILE")
    ] = None,
    key: Annotated[
        Path | None,
        _option(_CONNECTION, "--key", "Its private key. Default: in the same file.", "FILE"),
    ] = None,
    user: Annotated[
        str | None,
        _option(
            _CONNECTION,
            "--user",
            "The user of AUTH. Default for an ingress point of type auth: its id.",
            "NAME",
        ),
    ] = None,
    password_env: Annotated[
        str | None,
        _option(_CONNECTION, "--password-env", "The variable with the password.", "NAME"),
    ] = None,
    password_file: Annotated[
        Path | None,
        _option(_CONNECTION, "--password-file", "The file with the password, on one line.", "FILE"),
    ] = None,
    source_address: Annotated[
        str | None,
        _option(_CONNECTION, "--source-address", "An address of this machine to send from.", "IP"),
    ] = None,
    pipelining: Annotated[
        bool, _option(_CONNECTION, "--pipelining", "Send the commands in one piece (RFC 2920).")
    ] = False,
    timeout: Annotated[
        float,
        _option(_CONNECTION, "--timeout", "How long a reply may take.", "SECONDS"),
    ] = DEFAULT_TIMEOUT,
    wait: Annotated[
        float | None,
        _option(
            _CONNECTION,
            "--wait",
            "How long to wait for what becomes of mail. Default: 10 with an embedded endpoint.",
            "SECONDS",
        ),
    ] = None,
    expect: Annotated[
        bool,
        _option(
            _CASES,
            "--expect",
            "Send the cases of the project, or of case files that are named, and compare.",
        ),
    ] = False,
    pattern: Annotated[
        str | None, _option(_CASES, "--run", "Send only cases whose names match.", "TEXT")
    ] = None,
    record_evidence: Annotated[
        bool,
        _option(
            _CASES,
            "--record-evidence",
            "Keep in the store which rules were tried, and how it ended.",
        ),
    ] = False,
    via: Annotated[
        str | None,
        _option(
            _CASES,
            "--via",
            "staging: the environment's sender sends, from inside its network.",
            "WAY",
        ),
    ] = None,
    logs: Annotated[
        list[str] | None,
        _option(
            _CASES,
            "--logs",
            "Where the service's own log records are. Default: those of the embedded server.",
            "SOURCE",
        ),
    ] = None,
    count: Annotated[
        int | None, _option(_LOAD, "--count", "Send so many messages; loopback only.", "N")
    ] = None,
    concurrency: Annotated[
        int | None, _option(_LOAD, "--concurrency", "Over so many connections. Default: 1.", "N")
    ] = None,
    probe: Annotated[
        str | None,
        _option(
            _PROBE,
            "--probe",
            "init FOLDER, run FOLDER, done FOLDER: find out which readings the service follows.",
            "STEP",
        ),
    ] = None,
    write: Annotated[
        bool, _option(_PROBE, "--write", "Settle what the probe found, and keep its evidence.")
    ] = False,
) -> int:
    """Send mail to an SMTP endpoint as a test client, and report the dialogue."""
    from mmctl.cli.interruptions import stoppable
    from mmctl.cli.sending.options import SendOptions
    from mmctl.errors import UsageError
    from mmctl.mail.facts import bare_address

    options = SendOptions(
        paths=tuple(messages or ()),
        scenario=scenario,
        to=to,
        ingress_point=ingress_point,
        data=data,
        mail_from=None if mail_from is None else bare_address(mail_from),
        rcpt=tuple(map(bare_address, rcpt or ())),
        helo=helo,
        header=tuple(header or ()),
        user=user,
        password_env=password_env,
        password_file=password_file,
        tls=tls,
        insecure=insecure,
        ca=ca,
        cert=cert,
        key=key,
        source_address=source_address,
        pipelining=pipelining,
        sign=sign,
        sign_selector=sign_selector,
        sign_domain=sign_domain,
        count=count,
        concurrency=concurrency,
        timeout=timeout,
        wait=wait,
        logs=tuple(logs or ()),
        via=via,
    )
    if concurrency is not None and count is None:
        raise UsageError("`--concurrency` needs a number of messages", help="--count N")
    if write and probe is None:
        raise UsageError("`--write` is for `--probe run`")
    if probe is not None and expect:
        raise UsageError("got both `--probe` and `--expect`", help="one after the other")
    run = _with_outputs(run)
    if probe is None:
        _check(run, options, expect=expect, pattern=pattern, evidence=record_evidence)
    with stoppable():
        if probe is not None:
            from mmctl.cli.sending.probing import probe as do_probe

            return do_probe(run, probe, options, keep=write)
        if expect:
            from mmctl.cli.sending.expected import send_cases

            return send_cases(
                run,
                options,
                pattern=pattern,
                files=options.paths or None,
                evidence=record_evidence,
            )
        if count is not None:
            from mmctl.cli.sending.loading import send_load

            return send_load(run, options)
        from mmctl.cli.sending.sent import send_messages

        return send_messages(run, options)


def _with_outputs(run: Run) -> Run:
    """The run with what the stacks say, where there is a project that uses it."""
    from mmctl.cli.changes.stack_outputs import with_outputs
    from mmctl.language.parsing.root import PROJECT_FILE

    return with_outputs(run) if (run.root / PROJECT_FILE).exists() else run


def _check(
    run: Run, options: SendOptions, *, expect: bool, pattern: str | None, evidence: bool
) -> None:
    """Refuse options that make no sense together.

    Raises:
        UsageError: they do not.
    """
    from mmctl.cli.formats import FORMATS
    from mmctl.cli.result_table import EXPECTED, SENT
    from mmctl.errors import UsageError

    about_messages = {
        "--scenario": options.scenario is not None,
        "--mail-from": options.mail_from is not None,
        "--rcpt": bool(options.rcpt),
        "--header": bool(options.header),
        "--sign": options.sign is not None,
        "--count": options.count is not None,
        "--helo": options.helo is not None,
    }
    about_cases = {
        "--run": pattern is not None,
        "--via": options.via is not None,
        "--logs": bool(options.logs),
        "--record-evidence": evidence,
    }
    given = about_messages if expect else about_cases
    for name, is_given in given.items():
        if is_given:
            raise UsageError(
                f"`{name}` is for messages, and `--expect` sends cases"
                if expect
                else f"`{name}` is for the cases of `--expect`",
                help="leave it out" if expect else "add --expect",
            )
    if options.via not in {None, STAGING}:
        raise UsageError(f"got `--via {options.via}`", help="expected `--via staging`")
    from_here = {
        "--to": options.to is not None,
        "--ingress-point": options.ingress_point is not None,
        "--ca": options.ca is not None,
        "--cert": options.cert is not None,
        "--user": options.user is not None,
        "--source-address": options.source_address is not None,
        "--pipelining": options.pipelining,
    }
    for name, is_given in from_here.items():
        if options.via is not None and is_given:
            raise UsageError(f"`{name}` is for mail that this machine sends, and `--via` is given")
    if run.format not in (EXPECTED if expect else SENT).writers:
        raise UsageError(
            f"messages have no {FORMATS[run.format].what}", help="cases have one: --expect"
        )
