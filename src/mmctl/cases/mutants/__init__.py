"""Mutants: the project with one small mistake in it, and whether any case notices."""
