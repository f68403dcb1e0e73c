"""What to change where a rule set does not fit: kinds of changes, each tried before it is said."""
