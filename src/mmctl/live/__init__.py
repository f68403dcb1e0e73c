"""Desired against live: read, compare, plan, apply, snapshot, roll back.

`aws/` alone speaks to AWS. Nothing here prints, asks, or reads the clock by itself, and no embedded
Mail Manager is known here: it is handed in.
"""
