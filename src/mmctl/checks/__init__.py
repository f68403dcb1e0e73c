"""Lint: one check a file, and the tuple that lists them."""
