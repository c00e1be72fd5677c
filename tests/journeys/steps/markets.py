"""Steps for a new market: a command loads its pack, and an officer opens the market on its page."""

from django.core.management import call_command

from calloff.markets.models import Market
from tests.journeys.personas import WEST_SUSSEX


def loads(pack, by):
    # given a pack that the command loads on behalf of an officer
    call_command("load_market", str(pack), by=by, verbosity=0)


def opens(olivia, stage):
    # when the officer reads the draft and opens the market
    olivia.go(f"{WEST_SUSSEX.home}/markets")
    olivia.sees("Markets")
    olivia.follow("IAP")
    olivia.sees("Independent Alternative Provision DPS")
    olivia.reads("Draft")
    olivia.press("Open")
    olivia.sees("Open Independent Alternative Provision DPS")
    olivia.press("Open Independent Alternative Provision DPS")
    olivia.reads("is open. Its text can no longer be changed.")
    stage.markets["IAP"] = Market.objects.get(code="IAP")
