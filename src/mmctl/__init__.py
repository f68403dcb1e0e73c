"""Rules as code for mail gateways on Amazon SES Mail Manager."""

__version__ = "0.1.0"
VERSION_LINE = f"mmctl {__version__}: rules as code for Amazon SES Mail Manager"
