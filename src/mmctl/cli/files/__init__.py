"""What commands that read and change files of a project share."""
