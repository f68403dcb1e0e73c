"""What performance is promised, measured. `rows.py` has the promises; `make bench` runs all."""
