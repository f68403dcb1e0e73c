"""The page of `mmctl play`: rules, a message and its way, live while somebody types.

Nothing that is typed changes a file. What is written is a new case, by the function that is given.
"""
