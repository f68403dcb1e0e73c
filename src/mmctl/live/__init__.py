"""Desired against live: read, compare, plan, apply, snapshot, roll back.

Only `aws/` speaks to AWS. Nothing here prints, asks, or reads the clock by itself, and nothing here
knows an embedded Mail Manager: it is passed in.
"""
