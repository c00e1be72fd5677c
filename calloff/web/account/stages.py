"""The sign-in stage that asks for a second step."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from calloff.accounts import commands


class SecondStepStage(AuthenticateStage):  # type: ignore[misc]
    """allauth's stage, changed to also carry out a reset that two people confirmed at least a day ago."""

    def _should_handle(self, request: HttpRequest) -> bool:
        person, at = self.login.user, request.now  # type: ignore[attr-defined]
        if person is not None and (reset := commands.usable_reset(person, at)):
            commands.use_reset(reset, by=person, at=at)
        return bool(super()._should_handle(request))
