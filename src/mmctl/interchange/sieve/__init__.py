"""Sieve scripts (RFC 5228 and its extensions) → what they do to mail.

`lexer`, `parser` and `validity` read the text; `walking` follows every way through the scripts;
`asking`, `matching` and `endings` say what tests ask and what actions do. Nothing here opens files.
"""
