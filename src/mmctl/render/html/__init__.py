"""Values → pages of HTML."""
