"""Which columns of an export hold senders: by their names in several languages, or by content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.sender_lists.entries import entry_of, texts_in
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.sender_lists.table import SheetOfCells, TableRow

_NAMES: Final = (
    """address email emailaddress mail mailaddress sender senders senderaddress senderemail
    senderdomain senderordomain domainoremail emailordomain emailoridomain emaildomain value entry
    pattern from fromaddress blockedsender blockedsenders allowedsender allowedsenders
    permittedsender safesender blocksender domain domains domainname spoofeduser sendervalue
    senderemailordomain emailaddressordomain
    addressordomain emailaddresses blockedsenderdomains allowedsenderdomains""",
    "adresse absender absenderadresse emailadresse mailadresse domäne absenderdomäne eintrag wert",
    "adressee expéditeur adressemail adresseemail courriel domaine valeur entrée",
    "dirección remitente correo correoelectrónico dominio valor direccióndecorreo entrada",
    "indirizzo mittente postaelettronica indirizzoemail dominio valore voce",
    "endereço remetente endereçodeemail domínio valor",
    "adres afzender emailadres domein waarde",
    "adres nadawca adresemail domena wartość",
    "adress avsändare epostadress domän värde",
    "アドレス メールアドレス 送信者 差出人 ドメイン 値",
    """地址 邮件地址 电子邮件地址 邮箱 邮箱地址 发件人 发件人地址 发送者 域 域名 值
    寄件者 寄件人 電子郵件地址 網域""",
)
"""Names of columns with senders, in lower case and letters only."""
_SENDER_NAMES: Final = frozenset(name for names in _NAMES for name in names.split())
_ACTIONS: Final = frozenset(
    [
        "action",
        "policy",
        "verdict",
        "disposition",
        "listtype",
        "type",
        "list",
        "mode",
        "status",
        "permission",
        "aktion",
        "richtlinie",
        "politique",
        "acción",
        "azione",
        "ação",
        "actie",
        "akcja",
        "åtgärd",
        "操作",
        "動作",
        "动作",
        "策略",
        "类型",
        "列表类型",
        "状态",
        "類型",
        "アクション",
    ]
)
_KINDS_OF_ACTION: Final[dict[str, str]] = {
    word: kind
    for kind, words in {
        "allow": """allow allowed permit permitted safe whitelist exempt accept ok trust trusted
        pass approved erlauben zulassen autoriser permitir consenti permettere
        允许 放行 信任 白名单 允許 白名單 許可""",
        "block": """block blocked deny denied reject rejected blacklist discard quarantine drop
        blacklisted blockieren sperren bloquer bloquear blocca
        阻止 拒绝 拦截 屏蔽 禁止 黑名单 封鎖 拒絕 黑名單 ブロック 拒否""",
    }.items()
    for word in words.split()
}
_EXPIRIES: Final = frozenset(
    [
        "expirationdate",
        "expires",
        "expiry",
        "expiration",
        "expirydate",
        "expirationdatetime",
        "validuntil",
        "ablaufdatum",
        "gültigbis",
        "dateexpiration",
        "fechadeexpiración",
    ]
)
_YES_OR_NO: Final = {
    word: is_yes
    for is_yes, words in {True: "yes true y x ja oui 是", False: "no false n nein non 否"}.items()
    for word in words.split()
}
_FEW_WORDS: Final = 3
"""Words of a cell that says allow or block; a comment has more."""
_NOT_LETTERS: Final = Pattern(r"[\W_\d]+")
_BETWEEN_CELLS: Final = Pattern(r"[\t;,|]")
_SAMPLE: Final = 200
"""Rows that say what a column without a known name holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of a table are."""

    names: tuple[str, ...]
    """As the header has them; empty without a header."""
    senders: tuple[int, ...]
    several: tuple[str, ...] = ()
    """If nothing says which one holds the senders: those that may, by name or number."""
    action: int | None = None
    """The column that says whether an entry is allowed or blocked."""
    expiry: int | None = None

    @property
    def has_header(self) -> bool:
        """Whether the first row names the columns."""
        return bool(self.names)


def columns_of_table(table: SheetOfCells, asked: Iterable[str]) -> Columns:
    """Find the columns; `asked` are names or numbers from 1, and count before all else."""
    rows = table.rows
    names = _header(rows)
    body = rows[1 if names else 0 :][:_SAMPLE]
    keys = [plain_name(name) for name in names]
    action = _action(keys, body)
    expiry = next((place for place, key in enumerate(keys) if key in _EXPIRIES), None)
    wanted = tuple(asked)
    if wanted:
        senders = tuple(
            place for place in (_asked(each, names, body) for each in wanted) if place is not None
        )
        return Columns(names=names, senders=senders, action=action, expiry=expiry)
    named = [place for place, key in enumerate(keys) if key in _SENDER_NAMES]
    held = _by_content(body, range(max((len(row.cells) for row in rows[:_SAMPLE]), default=0)))
    likely = [place for place in named if place in held] or held or named
    plain_list = len(body) == 1 or len({len(row.cells) for row in body}) > 1
    if len(likely) > 1 and plain_list and not names:
        return Columns(names=names, senders=tuple(likely), action=action, expiry=expiry)
    if len(likely) > 1:
        several = tuple(name_of_column(names, place) for place in likely)
        return Columns(names=names, senders=(), several=several, action=action, expiry=expiry)
    return Columns(names=names, senders=tuple(likely), action=action, expiry=expiry)


def name_of_column(names: tuple[str, ...], place: int) -> str:
    """The name of a column, or its number from 1 if the header has none for it."""
    return (names[place] if place < len(names) else "") or str(place + 1)


def kind_of_action(text: str) -> str | None:
    """`allow` or `block`, if a cell says one of them in some way, as `Auto Allow` does."""
    words = text.split()
    if len(words) > _FEW_WORDS:
        return None
    kinds = (_KINDS_OF_ACTION.get(plain_name(word)) for word in (text, *words))
    return next((kind for kind in kinds if kind is not None), None)


def kind_by_its_column(name: str, cell: str) -> str | None:
    """`allow` or `block`, if a column has this name, and the cell says yes or no to it."""
    kind, is_yes = kind_of_action(name), _YES_OR_NO.get(plain_name(cell))
    if kind is None or is_yes is None:
        return None
    return kind if is_yes else {"allow": "block", "block": "allow"}[kind]


def names_senders(line: str) -> bool:
    """Whether a line has a name of a column with senders in it that is beyond ASCII."""
    names = (plain_name(cell) for cell in _BETWEEN_CELLS.split(line))
    return any(not name.isascii() and name in _SENDER_NAMES for name in names)


def plain_name(name: str) -> str:
    """A name in lower case, letters only."""
    return _NOT_LETTERS.sub("", name.lower())


def _header(rows: tuple[TableRow, ...]) -> tuple[str, ...]:
    """The names of the columns, if the first row has names and no senders."""
    if not rows:
        return ()
    first = rows[0].cells
    if any(plain_name(cell) in _SENDER_NAMES | _ACTIONS for cell in first):
        return first
    if any(_is_sender(cell) for cell in first if cell):
        return ()
    below = any(_is_sender(cell) for row in rows[1:4] for cell in row.cells)
    return first if below and len(rows) > 1 and all(len(cell.split()) < 6 for cell in first) else ()  # noqa: PLR2004 - a name has few words


def _action(keys: list[str], body: tuple[TableRow, ...]) -> int | None:
    """The column that says allow or block, by its name or by its content."""
    width = max((len(row.cells) for row in body), default=0)
    for place in range(width):
        cells = [row.cells[place] for row in body if place < len(row.cells) and row.cells[place]]
        kinds = [kind for kind in map(kind_of_action, cells) if kind is not None]
        sure = len(set(kinds)) > 1 or (place < len(keys) and keys[place] in _ACTIONS)
        if kinds and (len(kinds) == len(cells) or (sure and 2 * len(kinds) > len(cells))):
            return place
    return None


def _asked(wanted: str, names: tuple[str, ...], body: tuple[TableRow, ...]) -> int | None:
    for place, name in enumerate(names):
        if name.lower() == wanted.lower():
            return place
    for place, name in enumerate(names):
        if plain_name(name) == plain_name(wanted) != "":
            return place
    width = max((len(row.cells) for row in body), default=len(names))
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= max(width, len(names)):
        return int(wanted) - 1
    return None


def _by_content(body: tuple[TableRow, ...], places: range) -> list[int]:
    """The columns in which most cells are senders."""
    found = []
    for place in places:
        cells = [row.cells[place] for row in body if place < len(row.cells) and row.cells[place]]
        good = sum(map(_is_sender, cells))
        if good and 2 * good > len(cells):
            found.append(place)
    return found


def _is_sender(cell: str) -> bool:
    """Whether a cell is an address, a domain or a network, and nothing else."""
    texts = list(texts_in(cell))
    if not texts or (len(texts) > 1 and not all("@" in text or "." in text for text in texts)):
        return False
    entries = [entry_of(text) for text in texts]
    return all(entry.members or entry.networks for entry in entries)
