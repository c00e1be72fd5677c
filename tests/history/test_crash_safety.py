"""Tests for losing the database connection or the process during a write.

Either everything is saved, or nothing is.
"""

import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from calloff.applications import commands
from calloff.applications.commands import submission
from calloff.applications.states import ApplicationStatus
from calloff.history.models import Event
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import ApplicationFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

IN_THE_MIDDLE = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
from django.conf import settings
settings.DATABASES["default"] |= {"NAME": sys.argv[1]}
django.setup()
from calloff.applications import commands
from calloff.applications.commands import submission
from calloff.applications.models import Application
from calloff.people.models import User
from tests.factories import NOW

def stop(*args, **kwargs):
    print("in the middle", flush=True)
    time.sleep(60)

submission.queue_message = stop
draft = Application.objects.get(pk=int(sys.argv[2]))
commands.submit(draft, by=User.objects.get(pk=int(sys.argv[3])), at=NOW, name="Ada", role="Director")
"""


@pytest.fixture
def draft():
    return ApplicationFactory()


def nothing_happened(draft):
    draft.refresh_from_db()
    untouched = draft.status == ApplicationStatus.DRAFT and draft.version is None and not draft.versions.exists()
    return untouched and not Event.objects.filter(verb="submit").exists() and not Message.objects.exists()


def test_if_the_connection_is_lost_nothing_is_saved_and_the_person_is_told(draft, monkeypatch):
    ada = person(Role.PROVIDER_LEAD, at=draft.provider)
    midway, told = threading.Event(), []

    def cut(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            told.append(cursor.fetchone()[0])
        midway.set()
        cut_off.wait(20)

    cut_off = threading.Event()
    monkeypatch.setattr(submission, "queue_message", cut)

    def submit():
        try:
            commands.submit(draft, by=ada, at=NOW, name="Ada", role="Director")
        except OperationalError as error:
            told.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=submit)
    writer.start()
    assert midway.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [told[0]])
    cut_off.set()
    writer.join(20)

    assert isinstance(told[1], OperationalError)
    assert nothing_happened(draft)


def test_if_the_process_is_killed_nothing_is_saved_and_the_action_can_be_repeated(draft):
    ada = person(Role.PROVIDER_LEAD, at=draft.provider)
    words = [sys.executable, "-c", IN_THE_MIDDLE, connection.settings_dict["NAME"], str(draft.pk), str(ada.pk)]
    writer = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR, env=os.environ.copy())
    assert writer.stdout.readline() == "in the middle\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait(20)
    writer.stdout.close()

    assert nothing_happened(draft)
    assert commands.submit(draft, by=ada, at=NOW, name="Ada", role="Director").status == ApplicationStatus.SUBMITTED
