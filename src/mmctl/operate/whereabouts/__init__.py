"""Where a message is, as far as its log says, in one sentence for each recipient."""
