"""Shapes of AWS → what a file says of them: the way back of `parsing`."""
