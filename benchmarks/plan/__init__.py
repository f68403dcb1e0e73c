"""A benchmark: `python -m benchmarks.plan.run`."""
