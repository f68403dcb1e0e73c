"""A benchmark: `python -m benchmarks.hostile.run`."""
