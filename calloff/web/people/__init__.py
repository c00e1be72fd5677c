"""Pages about people, invitations and API keys that all audiences share."""
