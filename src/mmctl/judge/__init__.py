"""The evaluator: how a message ends for each recipient, and why."""
