"""What commands that judge messages and run cases share."""
