"""The language server: the edited file against the whole project."""
