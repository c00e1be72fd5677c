"""The names of the three database roles. Each role has only the permissions that it needs.

The names cannot be configured, because the append-only triggers refer to the disposal role by name.
"""

OWNER_ROLE = "calloff_owner"  # This role owns the tables, and migrates, backs up and restores them.
APPLICATION_ROLE = "calloff_app"  # The web and worker processes use this role.
# This role deletes records, with their row history, at the end of their retention period.
DISPOSAL_ROLE = "calloff_disposal"

# These extensions are trusted, so the database's owner can create them without being a superuser.
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")
