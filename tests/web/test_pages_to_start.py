"""A count of the pages that people see from adding a pupil until both sides have signed the placement agreement.

Each person follows links and buttons on the page before, and starts at the link in an email or on a home page. A page
counts each time it is shown, even after an answer is submitted. Pages that only redirect do not count.
"""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from calloff.kernel import clock
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.placements.models import Placement
from calloff.pupils.models import Pupil
from calloff.referrals.models import ExpressionOfInterest, Referral
from tests.factories import NOW, person
from tests.factories_placements import BudgetFactory
from tests.referrals.scenario import ReferralScenario
from tests.timetables import typed
from tests.web.account.people import PASSWORD, able_to_sign_in, second_step, sign_in

pytestmark = pytest.mark.django_db
MOST_PAGES = 40
MOST_CLICKS, MOST_FIELDS = 30, 113  # These figures are also in docs/benchmarks.md.


def day(name, on):
    year, month, day_of = on.split("-")
    return {f"{name}-day": str(int(day_of)), f"{name}-month": str(int(month)), f"{name}-year": year}


class FormParser(HTMLParser):
    """A parser that reads the forms of a page, with the values that a browser would submit if the person changed
    nothing.
    """

    def __init__(self, text):
        super().__init__()
        self.forms, self.name, self.select = [], "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        one = dict(attrs)
        if tag == "form":
            self.forms.append((one.get("action", ""), {}))
        elif (
            not self.forms
            or ("name" not in one and tag != "option")
            or (tag == "input" and one.get("type") in {"radio", "checkbox"} and "checked" not in one)
        ):
            return
        elif tag == "input":
            self.forms[-1][1].setdefault(one["name"], []).append(one.get("value", ""))
        elif tag == "textarea":
            self.name = one["name"]
        elif tag == "select":
            self.select = one["name"]
        elif tag == "option" and "selected" in one:
            self.forms[-1][1][self.select] = [one.get("value", "")]

    def handle_data(self, data):
        if self.name:
            self.forms[-1][1][self.name] = [data.strip()]
            self.name = ""

    def handle_endtag(self, tag):
        self.name = "" if tag == "textarea" else self.name


class Effort(Counter):
    """The pages that each person sees, with the links and buttons that they select and the boxes that they fill in."""

    clicks = fields = 0


class Reader:
    """A person with a browser, who can open only links on the page before."""

    def __init__(self, user, seen):
        self.user, self.seen, self.browser, self.text, self.path = user, seen, Client(), "", ""
        self.html = ""
        self.browser.force_login(user)

    def opens(self, path):
        """Open the link in an email or on a home page."""
        return self._shows(self.browser.get(path, follow=True), path)

    def follows(self, path):
        self.seen.clicks += 1
        found = [one for one in re.findall(r'href="([^"]+)', self.text) if one.partition("?")[0] == path]
        assert found, f"{self.path} has no link to {path}"
        return self.opens(found[0])

    def sends(self, path="", **answers):
        """Submit the form on the page with what it already contains and with these answers."""
        main = self.html[self.html.index("<main") :]
        forms = [(action, values) for action, values in FormParser(main).forms if action in {path, self.path}]
        assert forms, f"{self.path} has no form for {path or 'its own path'}"
        to = path or self.path
        self.seen.clicks += 1
        self.seen.fields += len(answers)
        return self._shows(self.browser.post(to, {**forms[-1][1], **answers}, follow=True), to)

    def _shows(self, answer, path):
        self.html, last = answer.content.decode(), answer.redirect_chain
        self.text = unescape(self.html)
        self.path = last[-1][0] if last else path
        about = self.text[self.text.find("error-summary__body") :][:1500]
        assert answer.status_code == 200, (path, answer.status_code)
        assert "There is a problem" not in self.text, (path, " ".join(re.sub("<[^>]+>", " ", about).split())[:300])
        self.seen[self.user.name] += 1
        return self


@pytest.fixture
def scene(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return ReferralScenario(providers=1)


def test_a_pupil_is_placed_within_forty_pages(scene, record_property):
    seen = Effort()
    school, provider = scene.school, scene.members[0].provider

    def at(route, *more, root="buyer", slug=None):
        return reverse(f"{root}:{route}", args=[slug or (school if root == "buyer" else provider).slug, *more])

    # The AP lead adds a pupil, and continues from section to section.
    ruth = Reader(scene.ruth, seen).opens(at("pupils"))
    ruth.follows(at("pupil-record"))
    ruth.sends(given_name="Jonty", family_name="Farthingale", **day("born_on", "2012-05-14"), sex="M", year_group="9",
               postcode="BN11 1AA", address_withheld="no")  # fmt: skip
    ruth.sends(sen_provision="K", needs="SEMH")
    ruth.sends(hazards=["absconding"], risks="Shouts.")
    ruth.sends(name="Ottilie Farthingale", relation="Mother", telephone="01632 960777", responsibility="yes",
               lives_with_child="yes", order="no", address_withheld="no", views="A call each week.",
               **day("told_on", "2026-03-01"))  # fmt: skip
    ruth.sends(child_views="Wants to make things.")
    pupil = Pupil.objects.latest("pk")
    assert ruth.path == at("pupil", pupil.reference)

    # The AP lead refers the pupil.
    ruth.follows(at("referral-begin"))
    ruth.sends(pupil=pupil.reference, lot=scene.lot.pk, basis="s19")
    ruth.sends(**day("basis_on", "2026-02-26"))
    ruth.sends(**day("starts_on", "2026-03-09"), **day("ends_on", "2026-07-17"), hours="15", travel="school",
               outcomes="Attends every day", miles="15", weekly_budget="600")  # fmt: skip
    ruth.sends(key_stage="ks3", needs=["SEMH"], sen_provision="K", hazards=["absconding"], area="Worthing",
               picture="Enjoys animals.", few="on")  # fmt: skip
    ruth.sends()
    ruth.sends()
    referral = Referral.objects.latest("pk")
    assert "Your referral has been sent" in ruth.text

    # The provider replies.
    interest = ExpressionOfInterest.objects.get(referral=referral)
    ada = Reader(scene.ada(), seen).opens(at("invitation", interest.reference, root="provider"))
    ada.follows(at("invitation-interested", interest.reference, root="provider"))
    reply = {**day("start_on", "2026-03-10"), **typed("mon", "tue", "wed"), "message": "In a small group."}
    ada.sends(**reply, price=scene.prices[0].pk)
    ada.sends(checked="yes")
    assert "Reply sent" in ada.text

    # The AP lead makes an offer.
    ruth.opens(at("referral-replies", referral.reference))
    ruth.follows(at("referral-offer", referral.reference, interest.reference))
    ruth.sends(reason="The closest fit to the outcomes.", fit_reason="We visited with the family.")

    # The provider confirms the place.
    ada.opens(at("invitation", interest.reference, root="provider"))
    ada.follows(at("invitation-pack", interest.reference, root="provider"))
    ada.follows(at("invitation-confirm", interest.reference, root="provider"))
    ada.sends(**day("met_on", "2026-03-02"))
    placement = Placement.objects.get()
    ada.follows(at("placement-confirm-staff-checks", placement.reference, root="provider"))
    ada.sends(said="Four staff, all checked.", sure="on", **day("on", "2026-03-02"))

    # Both people at the school make their checks.
    ruth.opens(at("placement-record-checks", placement.reference))
    ruth.sends(visit_said="Calm.", **day("visit_on", "2026-03-02"), parent_said="By telephone.",
               **day("parent_on", "2026-03-02"), risk_plan_said="A quiet room.", parent_done="on", authority_done="on",
               authority_said="By telephone.")  # fmt: skip
    saul = Reader(person(Role.SAFEGUARDING_LEAD, at=school), seen)
    saul.opens(at("placement-decide-safeguarding", placement.reference))
    saul.sends(agreed="yes", said="I have read the plan.")

    # The agreement is prepared and signed.
    ruth.opens(at("placement-draw-up", placement.reference))
    ruth.sends(**typed("mon", "tue", "wed"), **day("starts_on", "2026-03-10"), **day("ends_on", "2026-07-17"),
               site=placement.site_id or "", ratio="1 to 4", outcomes="Attends every day", notice_days="10",
               purchase_order="PO-1", absence_rule="We will pay.", attendance_contact="The office",
               attendance_time="9:45am", emergency="The AP lead")  # fmt: skip
    placement.refresh_from_db()
    sian = signs(person(Role.PROVIDER_SIGNATORY, at=provider), seen)
    agreement = placement.agreement
    sian.opens(at("agreement", agreement.reference, root="provider"))
    sian.sends(at("agreement-send-code", agreement.reference, root="provider"))
    code = code_to(sian.user)
    sian.sends(name="Sian", role="Director", authority="As director", code=code)
    helen = signs(person(Role.HEAD, at=school), seen)
    budget = BudgetFactory(buyer=school)
    helen.opens(at("placement-agreement", placement.reference))
    helen.sends(at("placement-send-code", placement.reference))
    code = code_to(helen.user)
    helen.sends(name="Helen", role="Head", authority="The governors", code=code, budget=budget.pk)
    placement.refresh_from_db()
    assert placement.status == "agreed"

    told = ", ".join(f"{name} {pages}" for name, pages in seen.items())
    record_property("told", f"From adding a pupil to an agreed start: {seen.total()} pages ({told}).")
    assert seen.total() <= MOST_PAGES, told
    assert seen.clicks <= MOST_CLICKS
    assert seen.fields <= MOST_FIELDS


def signs(user, seen):
    """Return a person who has signed in with a password and a second step, as signing requires."""
    reader = Reader(able_to_sign_in(user), seen)
    reader.browser = Client()
    sign_in(reader.browser, user)
    if Message.objects.filter(address=user.email, secret=True).exists():
        second_step(reader.browser, user)
    reader.browser.post(reverse("account:again"), {"password": PASSWORD})
    return reader


def code_to(user):
    """Return the code in the last email to a person."""
    return Message.objects.filter(address=user.email, secret=True).latest("pk").body.split()[1]
