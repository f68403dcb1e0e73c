"""The live state: the service as we ask it, what it holds now, its one canonical form."""
