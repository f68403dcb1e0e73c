"""Values → text for people, in a terminal."""
