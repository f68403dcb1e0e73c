"""Reasoning about rules: what they do, which mail they match, what excludes or implies what.

The checks ask it today, proofs will live here. No problem is reported from here.
"""
