"""Steps for an authority. It can see requests, placements, spending and outcomes, but never who a child is."""


def sees_spending(quentin, council, house, provider, cost):
    # when the council views placements by school, by provider and by cost, then no page identifies a child
    quentin.go(f"{council.home}/placements")
    quentin.sees("Placements")
    quentin.reads(house.name, provider.name, cost)
    for words, name in (("By provider, with cost", provider.name), ("By school or team, with cost", house.name)):
        quentin.go(f"{council.home}/placements")
        quentin.follow(words)
        quentin.reads(name, cost)
        quentin.does_not_read("Jonty", "Farthingale")


def sees_the_end(quentin, council, house, placement):
    # then the council can see that the placement has ended, and the history shows who took each step
    quentin.go(f"{council.home}/placements")
    quentin.reads(house.name, "Ended")
    quentin.follow(placement.reference)
    quentin.reads("Ended")
    quentin.follow("History")
    quentin.sees("History")
    quentin.does_not_read("Jonty", "Farthingale")
    quentin.go(f"{council.home}/kpis")
    quentin.sees("How soon children start, and whether attendance improves")
