"""Mail Manager's log records: read from where they lie, joined to messages, counted."""
