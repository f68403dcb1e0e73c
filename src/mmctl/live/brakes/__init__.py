"""Brakes: what a plan must not do unless the person who applies it says so by name.

`brake.py` has their names and flags, `catalogue.py` lists them; each other file is one topic.
"""
