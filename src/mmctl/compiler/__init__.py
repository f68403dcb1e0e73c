"""Logical rules → live rules."""
