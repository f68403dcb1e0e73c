"""The plan: its edits in order, the steps of an apply, what must be known first, and its file."""
