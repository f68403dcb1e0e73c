"""A benchmark: `python -m benchmarks.packing.run`."""
