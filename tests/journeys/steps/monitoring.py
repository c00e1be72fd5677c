"""Steps for an authority that sees requests, placements, spending and outcomes, and never who a child is."""


def sees_spending(quentin, council, house, provider, cost):
    # when the council reads what is placed by school, by provider, and at what cost, then without who the child is
    quentin.go(f"{council.home}/placements")
    quentin.sees("Placements")
    quentin.reads(house.name, provider.name, cost)
    for words, name in (("By provider, with cost", provider.name), ("By school or team, with cost", house.name)):
        quentin.go(f"{council.home}/placements")
        quentin.follow(words)
        quentin.reads(name, cost)
        quentin.does_not_read("Jonty", "Farthingale")


def sees_the_end(quentin, council, house, placement):
    # then it reads that it has ended, and in the history of the record by whom each step was taken
    quentin.go(f"{council.home}/placements")
    quentin.reads(house.name, "Ended")
    quentin.follow(placement.reference)
    quentin.reads("Ended")
    quentin.follow("History")
    quentin.sees(f"{house.name} at ")
    quentin.does_not_read("Jonty", "Farthingale")
    quentin.go(f"{council.home}/kpis")
    quentin.sees("How soon children start, and whether attendance improves")
