"""What an environment costs: a table of prices with sources, and what is counted by it."""
