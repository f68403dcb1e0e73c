"""The index: the rules of a gateway, compiled once, judge many messages without a trace."""
