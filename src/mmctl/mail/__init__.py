"""Bytes → email: headers, addresses, envelope and session facts, sources of messages."""
