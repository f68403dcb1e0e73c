"""Maps, forced actions and settings of rspamd: its configuration in UCL, and the maps it names.

What decides alone becomes rules. Scores, and what only modules of rspamd see, is listed.
"""
