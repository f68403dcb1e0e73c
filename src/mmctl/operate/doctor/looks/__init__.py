"""The looks of the doctor: one a file; its docstring is its line in docs/troubleshooting.md."""
