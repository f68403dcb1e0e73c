"""The service's own log records, written as JSON lines."""
