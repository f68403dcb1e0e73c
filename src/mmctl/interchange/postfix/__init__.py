"""Postfix: a whole `main.cf`, the tables that it names, and what `master.cf` overrides.

Parameters are expanded, tables are parsed as `postmap` does, restriction lists are walked as the
SMTP server walks them. Nothing here opens files: tables come from `Opened.beside`.
"""
