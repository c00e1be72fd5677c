"""The list that `calloff help` shows.

It shows our commands in groups, with one line for each, and the useful commands of Django. A test checks that every
command is in one group. Names have hyphens, as in the documents. The files have underscores, and
`cli.normalise_arguments` accepts either.
"""

from collections.abc import Iterator

from django.core.management import load_command_class

COMMAND_GROUPS: dict[str, tuple[str, ...]] = {
    "Try Calloff": ("demo", "accounts", "erase-demonstration"),
    "Set up Calloff": ("database-roles", "migrate", "create-authority", "load-market", "open-market", "set-la-code"),
    "Run Calloff": ("serve", "work", "health", "version"),
    "Import and export data": (
        "import-schools", "import-postcodes", "import-terms", "import-agreements", "import-directory",
        "export-directory", "export-market",
    ),
    "Manage people": ("invite-person", "close-account", "reapprove"),
    "Protect the data": ("backup", "restore", "rotate-key", "sbom"),
    "Delete records that are past their retention period": ("dispose-drafts", "dispose-pupils", "redo-disposals"),
    "Develop Calloff": ("draw-documents",),
}  # fmt: skip
DJANGO_COMMANDS = {
    "check": "Check that nothing is missing before you start the service: check --deploy.",
    "sendtestemail": "Send a test email, and show the reason if it cannot be sent: sendtestemail ADDRESS.",
    "showmigrations": "List the migrations and show which have been applied.",
    "dbshell": "Open the PostgreSQL shell as the database owner.",
}
BUILT_IN_COMMANDS = {"version": "Print the version, the commit and a digest of the code."}


def format_command_list() -> str:
    """Return the list of commands as text for a terminal."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "Run a command: calloff COMMAND. Read about a command: calloff help COMMAND."
    for group, names in (*COMMAND_GROUPS.items(), ("Useful Django commands", tuple(DJANGO_COMMANDS))):
        yield f"\n{group}"
        for name in names:
            yield f"  {name:<20}{_sentence(name)}"


def _sentence(name: str) -> str:
    """Return the first sentence of the help text of a command."""
    words = DJANGO_COMMANDS.get(name) or BUILT_IN_COMMANDS.get(name)
    if words:
        return words
    text = str(load_command_class("calloff.cli", name.replace("-", "_")).help)
    return f"{text.partition('. ')[0].partition(': ')[0].rstrip('.')}."
