"""The evaluator: what becomes of a message, for each recipient, and why."""
