"""What a log says became of mail, compared with what the evaluator says, or another gateway."""
