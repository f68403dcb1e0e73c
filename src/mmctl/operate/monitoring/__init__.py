"""Watching a gateway: what CloudWatch counts and when it calls, and what the watchdog looks at."""
