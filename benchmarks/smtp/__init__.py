"""What a message costs the SMTP face of the embedded Mail Manager."""
