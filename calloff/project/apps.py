from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "calloff.project"

    def ready(self) -> None:
        """Make known what stands above every room: what is done when, and what must hold before anybody is served.

        Both need the rooms, which are ready only now.
        """
        from calloff.project import deploy_checks, periodic_tasks  # noqa: PLC0415

        periodic_tasks.register()
        deploy_checks.register()
