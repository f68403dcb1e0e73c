"""What people do with a gateway that is live: read its logs, look for mail, watch it."""
