"""Two states against each other: the edits that lead from one to the other, and their words."""
