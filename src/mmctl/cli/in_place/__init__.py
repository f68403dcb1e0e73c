"""Rules that stay in the files of another tool: linted and judged there, never written.

`files` knows and reads such files, `project` makes of what they hold a project whose positions lie
in them. Which tools there are, and how they are read, is in `interchange/infrastructure`.
"""
