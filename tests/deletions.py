"""What the web would be refused in production, the tests refuse too: they connect as the owner, who may delete all.

Every deletion that our own code makes, outside disposal, must be from a table that `cli/roles.py` names.
"""

import re
import sys
from functools import cache
from pathlib import Path

from calloff.cli import roles

OURS = str(Path(__file__).resolve().parents[1] / "calloff") + "/"
DELETION = re.compile(r'\s*DELETE FROM "?([a-z_]+)"?', re.I)
# What runs in another role: disposal, and the owner's commands. What makes the tests' own worlds.
OTHER_ROLES = ("dispos", "/migrations/", "erase_demonstration", "/cli/demo/", "/cli/backup.py")


def refuse(execute, statement, params, many, context):
    """Stop a deletion that the application's role may not make. Costs nothing where nothing is deleted."""
    if isinstance(statement, str) and (found := DELETION.match(statement)) and not _is_allowed(found[1]):
        raise AssertionError(f"The web may not delete from {found[1]}: name it in roles.DELETED_FROM, if it must.")
    return execute(statement, params, many, context)


def _is_allowed(table):
    return table in _named() or not _is_of_the_web(sys._getframe(2))


@cache
def _named():
    return frozenset(roles.deleted_from())


def _is_of_the_web(frame):
    ours = False
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(OURS):
            if any(part in name for part in OTHER_ROLES):
                return False
            ours = True
        frame = frame.f_back
    return ours
