"""Rules as code for mail gateways on Amazon SES Mail Manager."""

__version__ = "0.1.0"
