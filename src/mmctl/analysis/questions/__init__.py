"""Questions about all mail: what is proved, or the message that shows the contrary."""
