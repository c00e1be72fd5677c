"""Steps for a week: the provider marks the register on a phone, a child is absent, and the school confirms codes.

The school can also see which pupils are off site.
"""


def comes(ben, helen, house, provider, placement):
    # when the provider marks the register on the first morning, on a phone
    ben.page.set_viewport_size({"width": 320, "height": 640})
    marks(ben, provider, placement, "late", "30 November 2026", minutes="20")
    ben.reads("Register saved: 1 late.")
    assert ben.page.evaluate("document.documentElement.scrollWidth") <= 320

    # then the head can see who is off site at that moment
    helen.go(f"{house.home}/off-site-now")
    helen.sees("Pupils off site now")
    helen.reads("Late by 20 minutes", provider.name)


def is_absent(ben, ruth, house, provider, placement):
    # when the child is absent, then the school gets an email on the same day, which contains only the reference
    marks(ben, provider, placement, "absent", "2 December 2026", cause="ill")
    ben.reads("Register saved: 1 absent. We have told the school.")
    assert ruth.mail.subject == f"Absent today: {placement.reference}"
    assert "Farthingale" not in ruth.mail.body
    assert "Jonty" not in ruth.mail.body

    # and the school confirms the suggested codes
    ruth.go(f"{house.home}/placements/{placement.reference}/register")
    ruth.reads("Late by 20 minutes", "Absent: ill")
    ruth.sees("Register")
    ruth.press("Confirm codes")
    ruth.reads("2 codes are confirmed.")


def marks(ben, provider, placement, mark, day, **more):
    key = placement.reference
    ben.go(f"{provider.home}/register")
    ben.sees("Register for")
    ben.reads("0 of 1 marked")
    ben.tick(f"mark-{key}-am", mark)
    ben.write(**{f"{name}-{key}-am": value for name, value in more.items()})
    ben.press("Save register")
    ben.sees(day)
