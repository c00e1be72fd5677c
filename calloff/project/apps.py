from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "calloff.project"

    def ready(self) -> None:
        """Make known what stands above every room: what is done when, and what must hold before anybody is served.

        Both need the rooms, which are ready only now.
        """
        from calloff.project import rota, safety  # noqa: PLC0415

        rota.register()
        safety.register()
