"""What the commands share that plan, apply and look back: project, service, history, gates."""
