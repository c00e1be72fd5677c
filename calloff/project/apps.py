from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "calloff.project"

    def ready(self) -> None:
        """Register the periodic tasks and the deployment checks.

        Both need all apps to be loaded, and at this point they are.
        """
        from calloff.project import deploy_checks, periodic_tasks  # noqa: PLC0415

        periodic_tasks.register()
        deploy_checks.register()
