"""What `mmctl send` does: where it connects, what it sends, and what became of it."""
