"""Rules as code for mail gateways on Amazon SES Mail Manager."""

__version__ = "0.2.0.dev0"
