"""A benchmark: `python -m benchmarks.proofs.run`."""
