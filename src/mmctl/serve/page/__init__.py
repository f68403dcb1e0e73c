"""The page of `mmctl emulate`: messages as they arrive, what became of them, and why.

It reads the data folder and nothing else. A request with the cookie of the printed URL gets an
answer, any other learns how to get in.
"""
