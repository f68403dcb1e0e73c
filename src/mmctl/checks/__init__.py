"""What lint looks for: one check a file, each a fault with its page; `catalogue` lists them all."""
