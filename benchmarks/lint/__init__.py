"""A benchmark: `python -m benchmarks.lint.run`."""
