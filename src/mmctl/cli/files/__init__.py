"""What the commands share that read and change files of a project."""
