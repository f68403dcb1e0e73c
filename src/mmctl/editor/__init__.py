"""The language server: texts of open files → problems, changes and places, for editors."""
