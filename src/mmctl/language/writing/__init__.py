"""Shapes of AWS → what a file says about them: the reverse of `parsing`."""
