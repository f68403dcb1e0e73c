"""Bytes → email: headers, addresses, envelope and session facts, sources of messages.

`reader.read_email` never fails; only `sources` opens files. Nothing here judges.
"""
