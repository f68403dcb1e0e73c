"""STARTTLS and AUTH: who a client is, and that nobody else listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult

from mmctl.emulator.journal import TlsSession
from mmctl.emulator.smtp.client_certificates import read_certificate
from mmctl.emulator.smtp.connection import Connection
from mmctl.emulator.smtp.limits import MOST_LOGINS
from mmctl.emulator.smtp.tls import is_allowed

if TYPE_CHECKING:
    import ssl

    from mmctl.emulator.gateways import Served


class SecuringCommands(Connection):
    """The commands that prove something."""

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Encrypt; what was said before is forgotten (RFC 3207 §4.2)."""
        if arg:
            return self._wrong("501 5.5.4 syntax: STARTTLS")
        if self._tls is not None:
            return self._wrong("503 5.5.1 TLS is already active")
        served = self._served
        context = None if served is None else self._front.tls.of(served)
        if served is None or context is None:
            return self._wrong("454 4.7.0 TLS is not available")
        if self._buffered:
            # What came with the command is not encrypted, and not from the other end of TLS.
            self._note("503 5.5.0 commands after STARTTLS", by="protocol")
            return self._goodbye("503 5.5.0 nothing may follow STARTTLS before the handshake")
        self._end_transaction()
        self._helo = self._stated = None
        self.tls_context = context
        await super().smtp_STARTTLS("")
        self._tls_began(served)
        self._reset_timeout()
        return None

    def _tls_began(self, served: Served) -> None:
        transport: Any = self.transport
        secured: ssl.SSLObject = transport.get_extra_info("ssl_object")
        cipher = (secured.cipher() or ("unknown",))[0]
        self._tls = TlsSession(protocol=secured.version() or "unknown", cipher=cipher)
        if not is_allowed(served.tls_policy, cipher):
            self._distrust(f"554 5.7.5 {cipher} is not a suite of the TLS policy FIPS")
        shown = secured.getpeercert(binary_form=True)
        if not shown:
            return None
        credentials = served.credentials
        try:
            found = read_certificate(
                shown, trusted=credentials.trusted, revoked=credentials.revoked
            )
        except ValueError:
            return self._distrust("554 5.7.5 the client certificate cannot be read")
        if found.revoked:
            return self._distrust("554 5.7.5 the client certificate is revoked")
        self._certificate, self._certificate_details = found.attributes, found.details
        return None

    def _distrust(self, reply: str) -> None:
        self._untrusted = reply
        self._note(reply, by="TLS")

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Find out who speaks: the library asks, and calls `_check_login`."""
        served = self._served
        if served is None or served.type != "AUTH":
            return self._wrong("502 5.5.1 AUTH is not offered here")
        if self._tls is None:
            return self._wrong("538 5.7.11 encryption is required for authentication")
        if self._helo is None:
            return self._wrong("503 5.5.1 send EHLO first")
        if self._user is not None:
            return self._wrong("503 5.5.1 already authenticated")
        if self._transaction is not None:
            return self._wrong("503 5.5.1 a message is under way")
        mechanism, _, rest = (arg or "").partition(" ")
        if mechanism.upper() not in {"PLAIN", "LOGIN"}:
            return self._wrong("504 5.5.4 expected AUTH PLAIN or AUTH LOGIN")
        await self._send()
        self._reset_timeout()
        try:
            await super().smtp_AUTH(f"{mechanism.upper()} {rest}".strip())
        except ValueError:  # a line without an end, where a name or password was expected
            return self._goodbye("500 5.5.6 authentication exchange line is too long")
        if self._user is None:
            self._logins += 1
            if self._logins >= MOST_LOGINS:
                self._goodbye("421 4.7.0 too many logins failed")
        return None

    def _check_login(
        self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        served = self._served
        if served is None:
            return AuthResult(success=False, handled=False)
        login = self._front.logins.check(served, data.login, data.password)
        if login.accepted:
            self._user = served.id
            return AuthResult(success=True)
        if login.note is not None:
            self._front.on_note(login.note)
            message = "454 4.7.0 this server has no access to the secret with the password"
            self._note(message, by="secret without a value")
            return AuthResult(success=False, handled=False, message=message)
        message = "535 5.7.8 authentication credentials invalid"
        self._note(message, by="password")
        return AuthResult(success=False, handled=False, message=message)
