"""Ordinary mail, judged before and after a plan: the standing set that needs no corpus.

Start with `compare.py`. What the configurations name is in `named.py`, the messages made from
it in `messages.py`, what happens to one in `treatment.py`, and what a plan intends in `meant.py`.
"""
