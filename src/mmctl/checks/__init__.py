"""What lint looks for: one check per file, with its page; `catalogue` lists them all."""
