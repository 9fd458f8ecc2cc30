"""Groups of things that are connected by pairs."""


def connected(pairs):
    """Return the groups that pairs connect, each sorted, the one with the smallest first.

    >>> connected([(1, 2), (5, 6), (2, 3)])
    [[1, 2, 3], [5, 6]]
    """
    parent = {}

    def find(item):
        parent.setdefault(item, item)
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for first, second in pairs:
        parent[find(second)] = find(first)
    groups = {}
    for item in sorted(parent):
        groups.setdefault(find(item), []).append(item)
    return sorted(groups.values())
