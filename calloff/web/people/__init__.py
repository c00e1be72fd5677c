"""Pages about people, invitations and API keys for all audiences."""
