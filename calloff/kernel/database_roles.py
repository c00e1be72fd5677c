"""The names of the three database roles. Each role has only the permissions that it needs.

The names cannot be configured, because the append-only triggers refer to the disposal role by name.
"""

OWNER_ROLE = "calloff_owner"  # owns the tables, and migrates, backs up and restores them
APPLICATION_ROLE = "calloff_app"  # used by the web and worker processes
DISPOSAL_ROLE = "calloff_disposal"  # deletes records at the end of their retention period, with their row history

# trusted extensions, which the database's owner can create without being a superuser
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")
