"""The picture of the page for the manual, made of invented mail.

`python -m serve.picture FILE`, with `tests` on the path; it needs Chromium. The test of the page
takes it again with `--update`.
"""

from __future__ import annotations

import shutil
import struct
import sys
import zlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from browsing import NAMES, Browser
from serve.conftest import TOKEN, serving
from serve.data_folder import Folder, newsletter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAIL: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Ines Moreau <ines.moreau@partner.example>", "Samples for the spring catalogue", {}),
    ("Kim Park <kim.park@example.org>", "Minutes of the meeting on Thursday", {}),
    ("Parcel Desk <desk@parcels.example>", "Your parcel 7731 arrives today", {"ending": "waiting"}),
    (
        '"Dr. Hale, CEO" <ceo@exarnple.example>',
        "Urgent: pay this invoice before noon",
        {},
    ),
    ("Tax Office <refund@example.net>", "Your refund is ready", {"ip": "192.0.2.77"}),
    ("Lena Vogt <lena.vogt@example.org>", "Angebot für die Messe im Mai", {}),
    ("Build Server <build@example.org>", "Nightly build: 1,204 tests passed", {}),
    ("Old Mailbox <old@example.org>", "Out of office", {"ending": "failed"}),
)
LONG = (
    "Dear all,\r\n\r\nthe drawings are attached. We meet again on Thursday.\r\n\r\nBest regards\r\n"
)


def fill(folder: Folder) -> None:
    """Put the invented mail into a folder."""
    folder.fill(40)
    for sender, subject, how in MAIL:
        text = f"From: {sender}\r\nTo: Ben <ben@example.com>\r\nSubject: {subject}\r\n\r\n{LONG}"
        folder.put(
            text.encode(),
            sender=sender.partition("<")[2].rstrip(">"),
            ip=how.get("ip", "198.51.100.7"),
            ending=how.get("ending", "delivered"),
        )
    folder.refuse()
    folder.put(newsletter(), sender="news@example.org")


def draw(browser: Browser, out: Path) -> None:
    """Open the page, look at the message that pretends to be of the boss, and take a picture."""
    with TemporaryDirectory() as folder, serving(Path(folder)) as served:
        fill(served.folder)
        browser.open(f"{served.url}/?token={TOKEN}", width=1200, height=760)
        browser.until("document.querySelectorAll('.row .subject').length > 8")
        place = "[...document.querySelectorAll('.row')].find((row) => row.innerText.includes"
        number = browser.value(f"{place}('Urgent')).dataset.index")
        browser.click(f"#row-{number}")
        browser.until("document.querySelector('.mail .flow')")
        browser.value("document.getElementById('live').style.animation = 'none'")
        browser.picture(out)
        out.write_bytes(fewer_colors(out.read_bytes()))


def fewer_colors(png: bytes) -> bytes:
    """The same picture with at most 256 colors, which makes it half as large."""
    width, height, kind = struct.unpack(">IIxB", png[16:26])
    depth = {2: 3, 6: 4}[kind]
    packed = b"".join(content for name, content in chunks(png) if name == b"IDAT")
    rows = unfiltered(zlib.decompress(packed), width * depth, depth)
    pixels = [row[at : at + 3] for row in rows for at in range(0, len(row), depth)]
    counts = Counter(pixels)
    palette = {color: place for place, (color, _) in enumerate(counts.most_common(256))}
    places_of = {color: palette[nearest(color, palette)] for color in counts}
    places = bytes(places_of[each] for each in pixels)
    lines = b"".join(b"\0" + places[at : at + width] for at in range(0, len(places), width))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(palette)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return png[:8] + b"".join(
        struct.pack(">I", len(content)) + name + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in parts
    )  # fmt: skip


def nearest(color: bytes, among: Iterable[bytes]) -> bytes:
    """The color that is least different."""
    return min(among, key=lambda each: sum((a - b) ** 2 for a, b in zip(each, color, strict=True)))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def unfiltered(raw: bytes, length: int, depth: int) -> Iterator[bytes]:
    """The rows of a picture, without the filters of PNG."""
    above = bytearray(length)
    for at in range(0, len(raw), length + 1):
        row = bytearray(raw[at + 1 : at + 1 + length])
        for place in range(length):
            left = row[place - depth] if place >= depth else 0
            corner = above[place - depth] if place >= depth else 0
            up = above[place]
            guess = left + up - corner
            far = (abs(guess - left), abs(guess - up), abs(guess - corner))
            near = (left, up, corner)[far.index(min(far))]
            by = (0, left, up, (left + up) // 2, near)[raw[at]]
            row[place] = (row[place] + by) % 256
        yield bytes(row)
        above = row


def main(out: Path) -> None:
    """Write the picture."""
    binary = next((path for name in NAMES if (path := shutil.which(name))), None)
    if binary is None:
        sys.exit(f"no browser found: none of {', '.join(NAMES)}")
    with TemporaryDirectory() as profile:
        browser = Browser(binary, Path(profile))
        try:
            draw(browser, out)
        finally:
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
