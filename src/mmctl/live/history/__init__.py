"""The history: applies and rollbacks, snapshots, pins, and where they are stored."""
