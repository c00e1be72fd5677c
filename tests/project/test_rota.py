from procrastinate.contrib.django import app

from calloff.project.rota import ROTA


def test_every_duty_of_the_rota_hangs_on_its_task():
    hung = {(task, periodic.cron) for (task, _), periodic in app.periodic_registry.periodic_tasks.items()}
    assert {(duty.task, duty.when) for duty in ROTA} <= hung
