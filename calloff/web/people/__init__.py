"""Pages about people, invitations and API keys that every audience shares."""
