"""Name the three database roles. Each can do only what its work needs.

The names are fixed, because the append-only triggers refer to the disposal role by name.
"""

OWNER_ROLE = "calloff_owner"  # migrates, backs up and restores; owns the tables
APPLICATION_ROLE = "calloff_app"  # web and worker
DISPOSAL_ROLE = "calloff_disposal"  # deletes records at the end of their retention, with their row history

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")  # trusted extensions, which the owner of the database can create
