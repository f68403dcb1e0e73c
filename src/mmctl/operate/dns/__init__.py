"""The DNS of an environment: which records it wants, what is published, how to cut over."""
