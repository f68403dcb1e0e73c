"""Two states compared: the edits that lead from one to the other, and their words."""
