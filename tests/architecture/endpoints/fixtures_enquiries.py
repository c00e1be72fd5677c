"""Test data for endpoints: questions to the team of a market, with and without answers."""

from calloff.applications import commands
from tests.factories import NOW, UserFactory
from tests.factories_markets import EnquiryFactory


def make(world):
    """Ask the team of the market three questions on behalf of the provider. Answer and publish some of them."""
    world.market_interest = commands.register_interest(world.market, provider=world.provider, by=world.ada, at=NOW)
    world.enquiry = _asked(world)
    world.answered_enquiry = _answered(world)
    world.published_enquiry = commands.publish_enquiry(
        _answered(world), published_question="Who can apply?", published_answer="Anyone.", by=world.olivia, at=NOW
    )


def more(world):
    """Add a question to each list, and add interest to the lists of officers."""
    commands.register_interest(world.market, by=UserFactory(), at=NOW)
    EnquiryFactory(market=world.market, provider=world.provider, asked_by=world.ada)


def _asked(world):
    return commands.ask_team(
        world.market, question="May we apply twice?", provider=world.provider, by=world.ada, at=NOW
    )


def _answered(world):
    return commands.answer_enquiry(_asked(world), answer="Once is enough.", by=world.olivia, at=NOW)
