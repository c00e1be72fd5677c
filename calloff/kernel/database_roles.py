"""The three roles in which Calloff meets its database. Each may do no more than its work needs.

The names are fixed: the append-only triggers know the third by its name.
"""

OWNER_ROLE = "calloff_owner"  # migrates, backs up and restores; the tables are its own
APPLICATION_ROLE = "calloff_app"  # web and worker
DISPOSAL_ROLE = "calloff_disposal"  # takes away what the law has us forget, with its row history

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")  # all trusted: anyone who owns the database may create them
