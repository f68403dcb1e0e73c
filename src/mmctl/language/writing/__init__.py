"""Shapes of AWS → what a file says of them: the reverse of `parsing`."""
