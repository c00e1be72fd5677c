"""Whose a file on disk is: commands run as root, and what they make must be readable to the web and the worker."""

import os
from pathlib import Path


def give_to_owner_of(place: Path, *made: Path) -> None:
    """Give what root has just made to the person who owns a place. Where we are not root, it is ours already."""
    if os.geteuid() == 0:
        whose = place.stat()
        for one in made:
            os.chown(one, whose.st_uid, whose.st_gid)
