"""What `mmctl doctor` looks at, opened: project, service, logs, message, and the probe."""
