"""Test cases: what a project expects of its own rules."""
