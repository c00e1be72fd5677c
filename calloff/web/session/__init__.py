"""What a signed-in session holds: idle time-out, second step, kept submissions, once-only keys."""
