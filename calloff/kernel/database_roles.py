"""Name the three database roles. Each role can do only what its work needs.

The names are fixed, because the append-only triggers refer to the disposal role by name.
"""

OWNER_ROLE = "calloff_owner"  # migrates, backs up and restores, and owns the tables
APPLICATION_ROLE = "calloff_app"  # for web and worker processes
DISPOSAL_ROLE = "calloff_disposal"  # deletes records at the end of their retention period, with their row history

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")  # trusted extensions, which the owner of the database can create
