"""Many logical rules → few live rules that do the same: the capacity compiler.

Along the way: `forms` (a rule as what can be merged), `grouping`, `chunks`, `names`, `pack`.
"""
