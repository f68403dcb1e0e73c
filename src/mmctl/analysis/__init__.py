"""Reasoning about rules: what they do, which mail they match, what excludes or implies what.

The checks use it today, proofs will live here. Nothing here reports a problem.
"""
