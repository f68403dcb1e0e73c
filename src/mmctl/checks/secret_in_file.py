"""A password or key in a file.

What it does:
    Finds private keys (PEM), ids of AWS access keys, tokens of well-known services, web addresses
    with a password in them, and values of keys such as `smtp_password` (in `vars`, `tags` and
    comments), in all files of the project.

Why it is bad:
    Everybody who can read the files can read it. Files are copied, reviewed and kept in the history
    of a repository forever. Whoever has a key can act in your name.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark
            actions: [{add_header: {name: X-Key, value: AKIAIOSFODNN7EXAMPLE}}]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Check, Finding, Subject
from mmctl.patterns import Pattern
from mmctl.problem import Position, Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRET: Final = Pattern(
    r"(?P<key>-----BEGIN [A-Z ]*PRIVATE KEY-----)"
    r"|(?P<id>\b(?:AKIA|ASIA)[A-Z0-9]{16}\b)"
    r"|(?P<token>\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|glpat-[\w-]{20,}"
    r"|xox[abprs]-[\w-]{10,}|sk_live_\w{16,})\b)"
    r"|(?:^[ \t]*(?:-[ ]+|#[ \t]*)?|[{,][ ]*)"
    r"(?P<password>(?i:['\"]?[\w-]{0,40}(?:password|passwd|secret_?key|api_?key|auth_?token)['\"]?)"
    r"""[ ]*:[ ]*['"]?(?!arn:|\$\{|id:)[^\s'",{}|>*&~]{6,200}['"]?)(?=[ ]*(?:[,}\]\r]|[ ]#|$))"""
    r"|(?P<url>\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,200}:[^\s/:@$]{1,200}@)",
)
_WORDS: Final = ("passw", "secret", "api", "token")
_SIGNS: Final = (
    *("PRIVATE KEY", "AKIA", "ASIA", "://", "glpat-", "xox", "sk_live_"),
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *(form(word) for word in _WORDS for form in (str.lower, str.upper, str.capitalize)),
)
"""Every line with a secret has one of these; nearly all other lines have none."""
_WHAT: Final = {
    "key": "a private key",
    "id": "the id of an AWS access key",
    "token": "a token",
    "password": "a password",
    "url": "a password in a web address",
}


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the places of secrets, without repeating a secret."""
    project = subject.project
    for file, text in {**project.files, **project.list_files}.items():
        for start, end in sorted(_suspicious(text)):
            for found in _SECRET.finditer(text[start:end]):
                line = text.count("\n", 0, start) + 1
                what = str(found.lastgroup)
                column, length = found.start(what) + 1, len(found[what])
                at = Position(file=file, line=line, column=column, length=length)
                yield Finding(
                    positions=Positions({(): at}),
                    path=(),
                    message=f"{_WHAT[what]} in a file",
                    help="remove it and revoke it: the history of the file still has it",
                )


def _suspicious(text: str) -> set[tuple[int, int]]:
    """The lines with one of `_SIGNS` in them: where each begins and ends."""
    lines: set[tuple[int, int]] = set()
    for sign in _SIGNS:
        # A character is found much faster than a text: most files have no capitals.
        at = text.find(sign) if sign[0] in text else -1
        while at >= 0:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            lines.add((text.rfind("\n", 0, at) + 1, end))
            at = text.find(sign, end)
    return lines


CHECK = Check(id="secret-in-file", severity=Severity.ERROR, text=__doc__, run=run)
