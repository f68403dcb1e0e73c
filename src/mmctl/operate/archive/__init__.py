"""Archives of a live gateway: searched, shown, exported, released from."""
