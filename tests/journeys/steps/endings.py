"""Steps for the end of a placement: the review, the outcomes, where the child goes next, and the exit report."""


def plans_a_review(ruth, stage, due):
    # when another review is planned
    ruth.follow("Reviews")
    ruth.press("Plan another review")
    ruth.date("due_on", stage.on(due))
    ruth.press("Plan the review")
    ruth.reads("Review planned")


def holds_it(ruth, stage, house, placement, held):
    # and the review is written up once it has taken place
    ruth.go(f"{house.home}/placements/{placement.reference}/reviews")
    ruth.press("Record the review")
    ruth.sees("Record the review")
    ruth.date("held_on", stage.on(held))
    ruth.write(present="AP lead, provider, mother, the child", found="He is there, and he works.")
    ruth.write(child_views="“I like it when it is quiet.”")
    ruth.tick("decision", "go_on")
    ruth.tick("outcome-0", "partly")
    ruth.tick("outcome-1", "yes")
    ruth.press("Record the review")
    ruth.reads("He is there, and he works.", "Partly met")


def says_how_it_ended(ruth, last, destination, reason):
    ruth.date("last_day", last)
    ruth.tick("destination", destination)
    ruth.tick("outcome-0", "partly")
    ruth.tick("outcome-1", "yes")
    ruth.write(reason=reason)
    ruth.press("End the placement")


def ends(ruth, ada, placement, *, house, provider, last):
    # when the placement ends as planned, with its outcomes
    ours, theirs = (f"{one.home}/placements/{placement.reference}" for one in (house, provider))
    ada.go(f"{theirs}/pupil")
    ada.sees("Child’s identity")
    ruth.go(ours)
    ruth.follow("End this placement")
    ruth.sees("End this placement")
    ruth.tick("happened", "end")
    ruth.press("Continue")
    ruth.sees("End the placement as planned")
    says_how_it_ended(ruth, last, "school", "He comes back to school in January.")
    ruth.reads("ended. We have told", "Back at the same school", "Partly met", "After 6 weeks", "After 12 weeks")

    # then the provider can no longer see the child, and submits its exit report
    assert ada.refused(f"{theirs}/pupil")
    ada.go(f"{theirs}/ending")
    ada.press("Send the exit report")
    ada.sees("Send the exit report")
    ada.write(report="He finished one unit and began another. What helped: one adult, a quiet start.")
    ada.press("Send the exit report")
    ruth.go(f"{ours}/ending")
    ruth.sees("After the end")
    ruth.reads("He finished one unit and began another.")
