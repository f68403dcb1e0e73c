"""Test cases: what a project expects from its rules."""
