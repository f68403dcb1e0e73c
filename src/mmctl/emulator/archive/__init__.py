"""Archived mail of the embedded Mail Manager: kept, searched, exported."""
