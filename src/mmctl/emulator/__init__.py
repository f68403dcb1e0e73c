"""The embedded Mail Manager."""
