from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from calloff.people.models import User
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with


class ProviderAndAuthorityQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: User, at: datetime) -> "ProviderAndAuthorityQuerySet":
        """Filter to records of the person's providers, and of authorities that the person oversees."""
        mine = person.organisations_where(PROVIDER_ROLES, at)
        ours = person.organisations_where(roles_with(Can.OVERSEE), at)
        return self.filter(Q(provider__in=mine) | Q(authority__in=ours))
