"""Change the owner of files that commands make as root, so that the web and worker processes can read them."""

import os
from pathlib import Path


def give_to_owner_of(place: Path, *made: Path) -> None:
    """Change the owner of files from root to the owner of a folder.

    This has no effect unless the process runs as root.
    """
    if os.geteuid() == 0:
        whose = place.stat()
        for one in made:
            os.chown(one, whose.st_uid, whose.st_gid)
