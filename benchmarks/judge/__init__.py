"""A benchmark: `python -m benchmarks.judge.run`."""
