"""Data that the parts of the story share: the anchor, people by email address, organisations and times."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password
from django.utils import timezone

from calloff.cli.demo import cast, marker
from calloff.markets.models import Market
from calloff.people.models import Organisation, User

WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# The number of rounds of password hashing. A low number is enough, because the passwords have 100 random bits and are
# hashed again at the first sign-in.
DEMO_HASH_ITERATIONS = 1000


@dataclass
class DemoContext:
    # the Monday of the story's current week. All events in the story are before it, except those of today
    anchor: date
    people: dict[str, User] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    markets: dict[str, Market] = field(default_factory=dict)
    evidence: dict[tuple[str, str], str] = field(default_factory=dict)  # (provider, kind) -> reference

    def when(self, text: str) -> datetime:
        """Return the time that a text describes: “-2 Tue 10:30” is the Tuesday of the week that starts two weeks
        before the anchor.
        """
        weeks, day, clock = text.split()
        on = self.anchor + timedelta(weeks=int(weeks), days=WEEKDAY_NAMES.index(day))
        return timezone.make_aware(datetime.combine(on, time.fromisoformat(clock)))

    def on(self, text: str) -> date:
        return timezone.localdate(self.when(f"{text} 12:00"))

    def meet(self, somebody: cast.DemoPerson) -> User:
        """Return a person's user account.

        Create it if this is the person's first appearance, so that they can sign in.
        """
        if somebody.email not in self.people:
            person = User(
                email=somebody.email, name=somebody.name, password=hash_password(marker.demo_password(somebody.email))
            )
            person.save()
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
            self.people[somebody.email] = person
        return self.people[somebody.email]

    def officer(self, host: str, name: str) -> User:
        """Return an officer by the first part of their email address, for example stage.officer("dorset", "hugh")."""
        return self.people[f"{name}@{host.replace('-', '')}{cast.DOMAIN}"]

    def lead(self, provider: str) -> User:
        return self.people[cast.email_of_lead(provider_facts(provider))]


def provider_facts(provider: str) -> cast.DemoProvider:
    return next(facts for facts in cast.PROVIDERS if facts.key == provider)


def hash_password(password: str) -> str:
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=DEMO_HASH_ITERATIONS)
    return make_password(password)
