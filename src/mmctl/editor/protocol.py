"""The protocol as pygls speaks it, where it leaves an editor without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Generator
    from concurrent.futures import Future

REQUEST_FAILED: Final = -32803
"""The code of LSP 3.17 for a request that is right and cannot be carried out."""


@dataclass(frozen=True, slots=True)
class _Malformed:
    """A request that cannot be read: what is known of it is whom to answer."""

    id: int | str
    method: str


class NotCarriedOut(JsonRpcException):
    """A request that is right and cannot be carried out; its message says why."""

    CODE = REQUEST_FAILED


class EditorProtocol(LanguageServerProtocol):
    """Counts in UTF-16, which every client can (Language Server Protocol 3.17)."""

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Answer what the server can do."""
        if params.capabilities.general is not None:
            params.capabilities.general.position_encodings = None
        return (yield from super().lsp_initialize(params))

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as values; of a request with malformed parameters, what to answer."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            number, method = data.get("id"), data.get("method")
            if isinstance(number, int | str) and isinstance(method, str):
                return _Malformed(number, method)
            raise

    def handle_message(self, message: Any) -> None:
        """Hand a message on; a malformed request is answered at once."""
        if isinstance(message, _Malformed):
            fault = JsonRpcInvalidParams(f"the parameters of {message.method} are malformed")
            self._send_response(message.id, error=fault.to_response_error())
        else:
            super().handle_message(message)

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        """Answer a request; a refusal is an answer as well, and no fault of the server."""
        refused = None if future.cancelled() else future.exception()
        if isinstance(refused, NotCarriedOut):
            self._request_futures.pop(msg_id, None)
            self._send_response(msg_id, error=refused.to_response_error())
        else:
            super()._send_handler_result(future, msg_id=msg_id)
