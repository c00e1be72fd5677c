from calloff.cli.management.commands.demo import Command as Demonstration


class Command(Demonstration):
    help = "Run the demonstration, and reload code and pages when they change. This machine only."

    def programs(self, port: int) -> list[list[str]]:
        """Return Django's own web server instead of ours, because it restarts when a Python file changes."""
        web = ["runserver", f"127.0.0.1:{port}", "--skip-checks", "--nostatic", "--settings", "tools.dev.settings"]
        return [web, ["work"]]
