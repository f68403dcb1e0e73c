"""Project → live configuration: what the service should hold, within its limits.

Pure: nothing here opens files, calls the service, or knows the time.
"""
