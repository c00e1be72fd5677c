"""The people in the journeys, who are the same in each journey, and the organisations of the demonstration."""

from typing import NamedTuple

from calloff.cli.demo import cast


class PersonaOrganisation(NamedTuple):
    """An organisation: its key in the journeys, its name, and the first part of its URLs."""

    key: str
    name: str
    home: str


def _at(house, *names):
    return (f"{name}@{house}{cast.DOMAIN}" for name in names)


OLIVIA, ESME, PRIYA, QUENTIN, NINA, VERA = _at("westsussex", "olivia", "esme", "priya", "quentin", "nina", "vera")
HUGH, LEILA, VIOLET = _at("dorset", "hugh", "leila", "violet")
RUTH, HELEN, SAUL = _at("shore", "ruth", "helen", "saul")
BRYONY, FELIX = "bryony@weald.demo.example", "felix@stour.demo.example"
ADA, BEN, SIAN, PETRA = _at("harbour", "ada", "ben", "sian", "petra")
FERN, IVAN, TESSA = "fern@downland.demo.example", "ivan@chalk.demo.example", "tessa@bluebell.demo.example"
WENDY, MEI = "wendy@makers.demo.example", "mei@kite.demo.example"

WEST_SUSSEX = PersonaOrganisation("west-sussex", "West Sussex County Council", "/authorities/west-sussex")
DORSET = PersonaOrganisation("dorset", "Dorset Council", "/authorities/dorset")
SHORE = PersonaOrganisation("shore", "Felpham Shore Academy", "/buyers/felpham-shore-academy-900001")
STOUR = PersonaOrganisation("stour", "Stour Bank School", "/buyers/stour-bank-school-900003")
HARBOUR = PersonaOrganisation("harbour", "Harbour Lane Studio Ltd", "/providers/harbour-lane-studio-ltd")
DOWNLAND = PersonaOrganisation("downland", "Downland Forest Learning CIC", "/providers/downland-forest-learning-cic")
MAKERS = PersonaOrganisation("makers", "Riverside Makers Ltd", "/providers/riverside-makers-ltd")
KITE = PersonaOrganisation("kite", "Kite and Compass Ltd", "/providers/kite-and-compass-ltd")
CHALK = PersonaOrganisation("chalk", "Chalk Stream Learning Ltd", "/providers/chalk-stream-learning-ltd")
BLUEBELL = PersonaOrganisation("bluebell", "Bluebell House Therapies Ltd", "/providers/bluebell-house-therapies-ltd")
