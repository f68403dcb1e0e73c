"""Project → live configuration: what the service is to hold, within its limits.

Pure: nothing here opens files, asks the service, or knows the time.
"""
