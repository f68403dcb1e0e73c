"""The live state: the service's interface, what it holds now, its one canonical form."""
