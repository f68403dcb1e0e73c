"""A gateway as a circuit over atoms, and a model of it as a message."""
