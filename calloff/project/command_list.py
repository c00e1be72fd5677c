"""What `calloff help` shows: our own commands in groups, one line each, and nothing of Django's that is not for us.

Every command is in one group; a test refuses one that is not. Names are written with hyphens, as in the documents: a
command's file has underscores, and `main.words` finds it by either.
"""

from collections.abc import Iterator

from django.core.management import load_command_class

GROUPS: dict[str, tuple[str, ...]] = {
    "Try it": ("demo", "accounts", "erase-demonstration"),
    "Set it up": ("database-roles", "migrate", "create-authority", "load-market", "open-market", "set-la-code"),
    "Run it": ("serve", "work", "health", "version"),
    "Fill it": (
        "import-schools", "import-postcodes", "import-terms", "import-agreements", "import-directory",
        "export-directory", "export-market",
    ),
    "Look after people": ("invite-person", "close-account", "reapprove"),
    "Keep it safe": ("backup", "restore", "rotate-key", "sbom"),
    "Dispose of what may not be kept": ("dispose-drafts", "dispose-pupils", "redo-disposals"),
    "Develop it": ("look", "draw-documents"),
}  # fmt: skip
OF_DJANGO = {
    "check": "Tell what is missing before anybody is served: check --deploy.",
    "sendtestemail": "Send one email, and show at once why it cannot be sent: sendtestemail ADDRESS.",
    "showmigrations": "List the migrations, and which of them are applied.",
    "dbshell": "Open PostgreSQL's own shell, as the owner.",
}
WITHOUT_FILE = {"version": "Print which Calloff this is: its version, commit and a digest of its code."}


def overview() -> str:
    """Return the list, for a terminal."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "calloff COMMAND. Each explains itself: calloff help COMMAND."
    for group, names in (*GROUPS.items(), ("Of Django, and useful", tuple(OF_DJANGO))):
        yield f"\n{group}"
        for name in names:
            yield f"  {name:<20}{_sentence(name)}"


def _sentence(name: str) -> str:
    """Return the first sentence of what a command says of itself."""
    words = OF_DJANGO.get(name) or WITHOUT_FILE.get(name)
    if words:
        return words
    told = str(load_command_class("calloff.cli", name.replace("-", "_")).help)
    return f"{told.partition('. ')[0].partition(': ')[0].rstrip('.')}."
