"""The SMTP client that tries gateways: sessions, transcripts, load, and cases sent as real mail."""
