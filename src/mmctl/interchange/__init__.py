"""Import from and export to other forms."""
