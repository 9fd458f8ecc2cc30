"""Which rooms there are, and whom each may know; ``tests/test_rooms.py`` holds it there."""

# The lowest first: a room knows those before it.
ROOMS = {
    "isof_crm": [
        *("base", "figures", "export", "contractor", "consent", "segment", "activity"),
        *("plan", "succession", "my_day"),
    ],
    "isof_crm_resources": ["resource", "booking", "approval", "availability", "series"],
    "isof_crm_analytics": [
        *("base", "period", "ledger", "assortment", "order", "campaign", "score", "commission"),
        *("analysis", "dashboard"),
    ],
}
# Which add-ons one may name.
BELOW = {
    "isof_crm": [],
    "isof_crm_resources": ["isof_crm"],
    "isof_crm_analytics": ["isof_crm"],
}


def find_knowing(addon, room=None):
    """Return pairs of an add-on and a room of it for all who may know a room, and itself.

    :param room: None for what belongs to no room, and so to all of the add-on
    """
    first = ROOMS[addon].index(room) if room else 0
    own = [(addon, each) for each in ROOMS[addon][first:]]
    above = [each for each, below in BELOW.items() if addon in below]
    return own + [(each, every) for each in above for every in ROOMS[each]]
