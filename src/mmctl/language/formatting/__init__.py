"""Files in the layout of mmctl, and changes of their text that keep comments."""
