"""Files → project: found, parsed by the dialect, put together."""
