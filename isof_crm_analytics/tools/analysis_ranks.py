"""What a figure is among the others: differences, shares and ABC marks, as pure functions."""


def difference(value, before):
    """Return by how much a value differs from the one before, None where one is unknown.

    >>> difference(120, 100), difference(None, 100)
    (20, None)
    """
    return None if value is None or before is None else value - before


def rate(value, before):
    """Return the difference as part of the value before; None without that.

    >>> rate(150, 100), rate(-50, -100), rate(150, 0), rate(150, None)
    (0.5, 0.5, None, None)
    """
    if value is None or not before:
        return None
    return (value - before) / abs(before)


def share(value, total):
    """Return a value as part of a total; None where there is no total to have a part of.

    >>> share(25, 100), share(-5, 100), share(25, 0), share(25, -100), share(None, 100)
    (0.25, -0.05, None, None, None)
    """
    return None if value is None or not total or total < 0 else value / total


def rank(values, total, abc_a, abc_b):
    """Return the cumulative share and the ABC mark of each of some values.

    The one with which a cut point is passed still has the better mark, equal ones have the same
    mark, and what is not above 0 is always C: as in the scores of customers.

    :param values: list of numbers or None, in any order
    :param total: what the shares are of; without it there are neither shares nor marks
    :param abc_a: up to how many per cent of the total A goes
    :param abc_b: up to how many B does
    :return: list of pairs

    >>> rank([10, 85, None, 5], 100, 80, 95)
    [(0.95, 'B'), (0.85, 'A'), (None, None), (1.0, 'C')]
    >>> [mark for _share, mark in rank([50, 50, 0, -1], 99, 50, 95)]
    ['A', 'A', 'C', 'C']
    >>> rank([1], 0, 80, 95)
    [(None, None)]
    """
    ranks = [(None, None)] * len(values)
    if not total or total < 0:
        return ranks
    known = [position for position, value in enumerate(values) if value is not None]
    running = better = 0
    last = None
    for position in sorted(known, key=lambda position: -values[position]):
        value = values[position]
        if value != last:
            better, last = running, value
        running += value
        # rounded: sums of floats miss a cut point by their last digits
        before = round(better / total * 100, 8)
        mark = "C" if value <= 0 or before >= abc_b else "A" if before < abc_a else "B"
        ranks[position] = (running / total, mark)
    return ranks
