"""Desired against live: read, compare, plan, apply, snapshot, roll back.

`aws.py`, `aws_logs.py` and `bucket.py` alone speak to AWS, through clients of `sessions.py`.
Nothing here prints, asks, or reads the clock by itself.
"""
