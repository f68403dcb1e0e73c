"""The embedded Mail Manager of a project, as `mmctl.live` takes it: only here do they meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from botocore.model import ServiceModel

    from mmctl.emulator.core import MailManagerApi
    from mmctl.live.aws.connect import Embed, Embedded

    Observe = Callable[[str, Mapping[str, Any]], None]

EMBEDDED_STATE: Final = ".mmctl/embedded.db"
"""Where the embedded Mail Manager keeps its state, below the project."""
EMBEDDED_MAIL: Final = ".mmctl/mail"
"""Where it keeps its mail, below the project."""


def embedded_in(
    root: Path, *, clock: Callable[[], datetime], observe: Observe | None = None
) -> Embed:
    """Return what opens the embedded Mail Manager of a project; `root` is its folder.

    `observe` sees each call and may raise in its place.
    """

    def embed(model: ServiceModel, account: str, region: str) -> Embedded:
        from mmctl.emulator.core import EmbeddedMailManager

        path = root / EMBEDDED_STATE
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CouldNot(f"cannot create `{path.parent}`: {error.strerror}") from error
        mail = root / EMBEDDED_MAIL
        core = EmbeddedMailManager(
            path, clock=clock, service_model=model, data=mail if mail.is_dir() else None
        )
        return _Embedded(
            core=core, account=account, region=region, observe=observe, close=core.close
        )

    return embed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Embedded:
    core: MailManagerApi
    account: str
    region: str
    observe: Observe | None
    close: Callable[[], None]

    def answer(self, events: Any) -> None:
        """Answer all calls of the client that has these events."""
        from mmctl.emulator.hook import attach

        attach(events, self.core, account=self.account, region=self.region, observe=self.observe)

    def put(self, url: str, body: bytes) -> None:
        """Take a file that is sent to one of its URLs."""
        put_embedded(self.core, url, body, observe=self.observe)

    def get(self, url: str) -> bytes:
        """The bytes behind one of its URLs."""
        from mmctl.emulator.delivery import Delivery
        from mmctl.emulator.wire import download_answer
        from mmctl.live.aws.archives import DOWNLOAD, taken

        answer = download_answer(self.core, url)
        if answer.delivery is not Delivery.WHOLE:
            raise CouldNot(f"{DOWNLOAD}: {answer.delivery}", help="try again")
        return taken(answer.status, answer.body)


def put_embedded(
    core: MailManagerApi, url: str, body: bytes, *, observe: Observe | None = None
) -> None:
    """Send a file to a URL of an embedded Mail Manager.

    Raises:
        OutcomeUnknown: it may have arrived.
        CouldNot: it was refused.
    """
    from mmctl.emulator.delivery import Delivery, Undelivered
    from mmctl.emulator.wire import upload_answer
    from mmctl.live.aws.uploads import OPERATION, check_taken
    from mmctl.live.state.service import OutcomeUnknown

    if observe is not None:
        observe(OPERATION, {"Url": url, "Body": body})
    answer = upload_answer(core, url, body)
    if answer.delivery is not Delivery.WHOLE:
        raise OutcomeUnknown(OPERATION, str(Undelivered(answer.delivery)))
    check_taken(answer.status, answer.body.decode())
