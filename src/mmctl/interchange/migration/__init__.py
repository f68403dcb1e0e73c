"""Rules of other gateways: what a reader of one system hands over, and how it becomes rules here.

`source` and `tests` are what each reader yields; all that follows is the same for every system.
Nothing here opens files.
"""
