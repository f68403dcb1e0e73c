"""What answers a person's browser or editor while they work, on loopback alone."""
