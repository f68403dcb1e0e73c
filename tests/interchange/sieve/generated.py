"""Scripts and messages by seed: all of the grammar, of few words, so that tests are met."""

from __future__ import annotations

from random import Random

REQUIRE = (
    'require ["fileinto", "reject", "copy", "envelope", "variables", "subaddress", "regex",'
    ' "relational", "comparator-i;ascii-numeric", "editheader", "include", "imap4flags",'
    ' "encoded-character"];\n'
)
WORDS = ("invoice", "casino", "offer", "Report", "URGENT")
ADDRESSES = (
    "ann@example.com",
    "boss@example.com",
    "sales+lists@example.com",
    "x@partner.example",
    "news@list.partner.example",
    "info@casino.example",
)
DOMAINS = ("example.com", "partner.example", "list.partner.example", "casino.example")
LOCALS = ("ann", "boss", "sales", "sales+lists", "news", "info")
COPIES = ("copy1@example.com", "copy2@example.org")
OTHERS = ("other1@example.com", "other2@example.org")
"""None is in both: Pigeonhole takes a second redirection to one address as none, and so keeps what
the second one should not keep (RFC 3894 does not say so)."""
FOLDERS = ("Junk", "Lists", "Work.Orders")


class Generator:
    """One script, or one message, after the other."""

    def __init__(self, seed: int, *, exact: bool) -> None:
        self.random = Random(seed)  # noqa: S311 - no secret
        self.exact = exact
        """Only tests that conditions say exactly."""
        self._variables = 0

    def script(self) -> str:
        """A script."""
        commands = [self.command(2) for _ in range(self.random.randint(1, 6))]
        return REQUIRE + "".join(commands)

    def command(self, depth: int) -> str:
        """A command with its block."""
        kind = self.random.random()
        if depth == 0 or kind < 0.12:
            return self.action()
        chain = f"if {self.test(2)} {{ {self.block(depth - 1)} }}\n"
        while self.random.random() < 0.3:
            chain += f"elsif {self.test(2)} {{ {self.block(depth - 1)} }}\n"
        if self.random.random() < 0.2:
            chain += f"else {{ {self.block(depth - 1)} }}\n"
        return chain

    def block(self, depth: int) -> str:
        """Commands of a block."""
        commands = [
            self.command(depth) if self.random.random() < 0.25 else self.action()
            for _ in range(self.random.randint(0, 2))
        ]
        if self.random.random() < 0.4:
            commands.append("stop;")
        return " ".join(commands)

    def action(self) -> str:
        """An action."""
        pick = self.random.random()
        if pick < 0.2:
            return "discard;"
        if pick < 0.35:
            return "keep;"
        if pick < 0.6:
            copy = ":copy " if self.random.random() < 0.2 else ""
            return f'fileinto {copy}"{self.folder()}";'
        if pick < 0.75:
            if self.random.random() < 0.5:
                return f'redirect :copy "{self.random.choice(COPIES)}";'
            return f'redirect "{self.random.choice(OTHERS)}";'
        if pick < 0.8:
            return 'reject "no thanks"; stop;'
        if pick < 0.88:
            self._variables += 1
            return f'set "v" "{self.random.choice(FOLDERS)}";'
        if pick < 0.93:
            return f'addheader "X-Mark" "{self.random.choice(WORDS)}";'
        return 'addflag "\\\\Seen";'

    def folder(self) -> str:
        """A folder, or a variable that may be one."""
        if self._variables and self.random.random() < 0.5:
            return "Sub${v}"
        return self.random.choice(FOLDERS)

    def test(self, depth: int) -> str:
        """A test."""
        pick = self.random.random()
        if depth and pick < 0.12:
            return f"not {self.test(depth - 1)}"
        if depth and pick < 0.35:
            tests = ", ".join(self.test(depth - 1) for _ in range(self.random.randint(1, 3)))
            return f"{self.random.choice(('allof', 'anyof'))}({tests})"
        if pick < 0.4:
            return self.random.choice(("true", "false"))
        if self.exact or pick < 0.7:
            return self.exact_test()
        return self.other_test()

    def keys(self, pool: tuple[str, ...]) -> str:
        """One key or a list."""
        chosen = [self.random.choice(pool) for _ in range(self.random.randint(1, 2))]
        return f'["{chosen[0]}", "{chosen[-1]}"]' if len(chosen) > 1 else f'"{chosen[0]}"'

    def exact_test(self) -> str:
        """A test that conditions say exactly."""
        word, domain, local = map(self.random.choice, (WORDS, DOMAINS, LOCALS))
        field = self.random.choice(("from", "to", "cc", "sender"))
        part = self.random.choice(("from", "to"))
        return self.random.choice(
            (
                f'header :contains "subject" {self.keys(WORDS)}',
                f'header :is "subject" "{word} {self.random.choice(WORDS)}"',
                f'header :matches "subject" "{self.random.choice(("*W*", "W*", "*W", "W"))}"',
                f'header :contains "X-A" {self.keys(WORDS)}',
                'header :matches ["X-A", "Subject"] "*W"',
                f'address :is "{field}" {self.keys(ADDRESSES)}',
                f'address :domain :is ["{field}", "to"] {self.keys(DOMAINS)}',
                f'address :localpart :is "{field}" {self.keys(LOCALS)}',
                f'address :localpart :matches "{field}" "*{local[-3:]}"',
                f'address :domain :matches "{field}" "*.{domain}"',
                f'address :user "{field}" "{local.split("+")[0]}"',
                f'envelope :is "{part}" {self.keys(ADDRESSES)}',
                f'envelope :domain "{part}" {self.keys(DOMAINS)}',
                f'envelope :matches "from" "*@{domain}"',
                f"size :over {self.random.choice((500, 2000))}",
                f"size :under {self.random.choice((500, 2000))}",
                'string "${v}" "Junk"',
                f'header :is "x-mark" "{word}"',
            )
        ).replace("W", word)

    def other_test(self) -> str:
        """A test that conditions say nearly, or not at all."""
        word, domain, local = map(self.random.choice, (WORDS, DOMAINS, LOCALS))
        field = self.random.choice(("from", "to", "cc"))
        address = self.random.choice(ADDRESSES)
        glob = self.random.choice(("*W*", "*@D", "*D>", "W*"))
        return (
            self.random.choice(
                (
                    f'header :contains "{field}" "{self.random.choice((word, domain, address))}"',
                    f'header :is "{field}" "{address}"',
                    f'header :matches "{field}" "{glob}"',
                    f'header :comparator "i;octet" :contains "subject" "{word}"',
                    f'header :matches "subject" "W*{self.random.choice(WORDS)}"',
                    f'header :matches "subject" "?{word[1:]}*"',
                    f'header :regex "subject" "^({word}|{self.random.choice(WORDS)}) .*"',
                    f'header :regex "subject" "{word[:3]}[a-z]+"',
                    f'header :contains "reply-to" "{word}"',
                    f'address :detail "{field}" "lists"',
                    f'address :localpart :contains "{field}" "{local[:3]}"',
                    f'address :domain :contains "{field}" "{domain.split(".")[0]}"',
                    f'exists "{self.random.choice(("X-A", "cc", "subject", "reply-to"))}"',
                    'header :count "ge" :comparator "i;ascii-numeric" "x-a" "1"',
                    'header :value "gt" :comparator "i;ascii-numeric" "x-a" "3"',
                    'not exists "x-a"',
                )
            )
            .replace("W", word)
            .replace("D", domain)
        )

    def address(self) -> str:
        """An address as headers have it."""
        address = self.random.choice(ADDRESSES)
        pick = self.random.random()
        if pick < 0.3:
            return f"{self.random.choice(WORDS)} <{address}>"
        if pick < 0.4:
            return f'"{self.random.choice(ADDRESSES)}" <{address}>'
        return address

    def message(self) -> bytes:
        """A message."""
        lines = [f"From: {self.address()}"]
        if self.random.random() < 0.1:
            lines[0] += f", {self.address()}"
        if self.random.random() < 0.9:
            lines.append(
                f"To: {', '.join(self.address() for _ in range(self.random.randint(1, 2)))}"
            )
        if self.random.random() < 0.4:
            lines.append(f"Cc: {self.address()}")
        if self.random.random() < 0.2:
            lines.append(f"Sender: {self.address()}")
        if self.random.random() < 0.95:
            words = " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(1, 2)))
            lines.append(f"Subject: {words if self.random.random() < 0.8 else words.upper()}")
        values = (*WORDS, "3", "4", "12")
        count = self.random.choice((0, 0, 1, 1, 2))
        lines += [f"X-A: {self.random.choice(values)}" for _ in range(count)]
        if self.random.random() < 0.2:
            lines.append(f"Reply-To: {self.address()}")
        body = "x" * 60 + "\r\n"
        size = self.random.choice((0, 10, 40))
        return ("\r\n".join(lines) + "\r\n\r\n" + body * size).encode()

    def envelope(self) -> tuple[str, str]:
        """Sender and recipient."""
        return self.random.choice(ADDRESSES), self.random.choice(ADDRESSES[:3])
