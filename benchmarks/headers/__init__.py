"""A benchmark: `python -m benchmarks.headers.run`."""
