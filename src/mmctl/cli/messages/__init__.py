"""What the commands share that judge messages and run cases."""
