"""A benchmark: `python -m benchmarks.start.run`."""
