"""Desired against live: read, compare, plan, apply, snapshot, roll back.

`aws.py` alone speaks to AWS. Nothing here prints, asks, or reads the clock by itself.
"""
