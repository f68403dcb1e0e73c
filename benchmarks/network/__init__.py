"""A benchmark: `python -m benchmarks.network.run`."""
