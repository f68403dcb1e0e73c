"""Files → project: find them, parse them by the dialect, put them together."""
