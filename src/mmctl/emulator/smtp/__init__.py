"""The SMTP face: ports, sessions, policy at RCPT, storing what is accepted; in its own process."""
