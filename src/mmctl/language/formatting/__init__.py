"""Files in mmctl's layout, and changes of their text that keep comments."""
