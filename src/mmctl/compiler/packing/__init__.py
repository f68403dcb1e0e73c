"""Many logical rules → few live rules that do the same: the capacity compiler.

Along the way: `forms`, `merging`, `guards`, `cover`, `rendering`; `pack` has the steps in order.
"""
