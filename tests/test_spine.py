import pytest, io
from pathlib import Path
from datetime import timedelta, date
from decimal import Decimal
from django.conf import settings
from calloff.markets import commands as markets
from calloff.markets.packs.reading import read
from calloff.members import commands as members
from calloff.applications import commands as applications
from calloff.agreements import commands as agreements
from calloff.directory import commands as directory, queries as dq
from calloff.people import commands as people
from calloff.people.permissions import Role
from calloff.members.models import *
from calloff.outbox.models import Message
from calloff.questions import answers as engine
from calloff.history.queries import life_of
from tests.factories import *
from tests.factories_markets import *
pytestmark = pytest.mark.django_db

@pytest.mark.parametrize("folder", sorted(p.name for p in (settings.BASE_DIR/"packs").iterdir() if p.name!="shared"))
def test_load_all(folder):
    a=AuthorityFactory(); o=person(Role.CONTRACTS_OFFICER, at=a)
    pk=read(settings.BASE_DIR/"packs"/folder)
    r=members.load(pk, authority=a, by=o, at=NOW)
    print(folder, r.lines, Member.objects.count())
    r2=members.load(pk, authority=a, by=o, at=NOW)
    assert r.changed and not r2.changed
    m=markets.open(r.market, by=o, at=NOW)
    from calloff.applications.deadlines import decide_by
    print(folder, m.window(NOW), decide_by(m, NOW))

def test_spine():
    m=MarketFactory(); a=m.authority
    ada=UserFactory(name="Ada Okafor")
    p=people.register(by=ada, at=NOW, name="Windmill Hill Learning", form="sole_trader", host=a)
    app=applications.start(m, provider=p, lots=[1,2], by=ada, at=NOW)
    for k,v in ANSWERS.items():
        applications.save_section(app, key=k, answers=v, seen=0, by=ada, at=NOW)
    app=applications.submit(app, by=ada, at=NOW, name="Ada", role="Director")
    assert app.decide_by==date(2026,3,16)
    app=applications.amend(app, by=ada, at=NOW)
    s=app.sections.get(key="about")
    applications.save_section(app, key="about", answers={"contact":"Zed"}, seen=s.saves, by=ada, at=NOW)
    app=applications.submit(app, by=ada, at=NOW+timedelta(days=1), name="Ada", role="Director")
    assert app.decide_by==date(2026,3,17) and app.versions.count()==2
    esme=person(Role.EVALUATOR, at=a); o=person(Role.CONTRACTS_OFFICER, at=a); anwar=person(Role.APPROVER, at=a)
    part=applications.assign(app, person=esme, by=o, at=NOW)
    part=applications.declare_interest(part, by=esme, at=NOW)
    app.refresh_from_db()
    c=applications.clarify(app, question="Who?", by=esme, at=NOW)
    applications.answer_clarification(c, answer="Me", by=ada, at=NOW)
    part.refresh_from_db(); part=type(part).objects.get(pk=part.pk)
    applications.mark(part, key="lead", by=esme, at=NOW, reason="Clear", passed=True)
    applications.mark(part, key="method@1", by=esme, at=NOW, reason="Good", score=4)
    applications.mark(part, key="method@2", by=esme, at=NOW, reason="Thin", score=1)
    applications.finish_marking(part, by=esme, at=NOW)
    app.refresh_from_db()
    assert app.status=="to_decide"
    d=members.decide(app, outcomes=[members.LotDecision(1, True, "Good", [("Send your policy", date(2026,5,1))]), members.LotDecision(2, False, "Too thin")], by=anwar, at=NOW)
    mem=Member.objects.get()
    g=mem.agreement
    assert g.lots==[{"number":1,"title":"Tutoring"}]
    agreements.send_code(g, by=ada, at=NOW)
    code=Message.objects.get(subject__startswith="Your code").body.split()[1]
    g=agreements.sign(g, by=ada, at=NOW, name="Ada", role="Director", authority="Owner", code=code)
    agreements.send_code(g, by=o, at=NOW)
    code=Message.objects.filter(subject__startswith="Your code").latest("pk").body.split()[1]
    assert not dq.is_listed(mem, NOW)
    g=agreements.countersign(g, by=o, at=NOW, name="Olivia", role="Officer", authority="Scheme", code=code)
    assert dq.is_listed(mem, NOW)
    mem.refresh_from_db(); mem=Member.objects.get()
    site=directory.add_site(p, by=ada, at=NOW, name="Farm", address="x", town="Y", postcode="bn11 1lg", access="")
    sv=directory.add(mem, by=ada, at=NOW, places=2, site=site, name="Farm", summary="s", description="d farm animals", age_from=8, age_to=12, needs=["SEMH"], mode="group", days=["mon"], hours="", staff=1, children=4)
    directory.set_price(sv, unit="day", amount=Decimal("120"), vat="exempt", starts_on=date(2026,3,2), by=ada, at=NOW)
    f=dq.find(a, dq.Search(words='"farm" & | animals*', need="SEMH", place=Point(514000,102500), miles=5), at=NOW)
    assert f.left_out==0
    q=person(Role.QUALITY_OFFICER, at=a)
    members.record_check(mem, checked_on=date(2026,3,1), how="visit", by=q, at=NOW)
    sus=members.suspend(p, authority=a, members=[mem], clause="2", reason="r", review_route="write", by=q, at=NOW)
    assert not dq.is_listed(mem, NOW)
    members.reinstate(sus, reason="ok", by=q, at=NOW)
    assert dq.is_listed(mem, NOW)
    for s in life_of(app): print(s.event.at, s.event.verb, s.verb, s.source, s.target, s.event.by, s.event.acting_for, s.event.changes)
    from calloff.applications.jobs import make_copy
    make_copy(version_pk=app.version_id)
    print([m.subject for m in Message.objects.all()])
