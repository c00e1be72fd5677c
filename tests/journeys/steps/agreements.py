"""Steps for signing: people read the agreement, confirm who they are, get a code by email, and sign.

They sign with their name, their role and the authority that they have to sign.
"""

from tests.journeys.browser_users import code_in


def signs(signatory, reference, role, authority):
    """Sign an agreement on its page, for a provider or a school. The button also sends the code."""
    signatory.press("Sign this agreement")
    signatory.proves_for("Sign ")
    fills_in_and_signs(signatory, reference, role, authority)


def signs_with_code(signatory, reference, role, authority):
    signatory.press("Email me a code")
    fills_in_and_signs(signatory, reference, role, authority)


def fills_in_and_signs(signatory, reference, role, authority):
    signatory.fill("Your role", role)
    signatory.fill("Your authority to sign", authority)
    signatory.fill("Code", code_in(signatory.mail))
    signatory.press(f"Sign {reference}")


def countersigns(officer, reference, party, name):
    """Countersign an agreement for the council on its page, after the other side has signed."""
    officer.press("Countersign")
    officer.proves_for(f"Countersign the agreement with {party}")
    officer.press("Send me a code")
    officer.fill("Your full name", name)
    officer.fill("Your role", "Contracts officer")
    officer.fill("Your authority to sign", "Under the scheme of delegation")
    officer.fill("Code", code_in(officer.mail))
    officer.press(f"Countersign {reference}")
    officer.reads("In force")
