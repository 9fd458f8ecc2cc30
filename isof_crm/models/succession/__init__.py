"""Whose work it is when somebody leaves or is away.

It owns hand-overs and substitutes. It knows every kind of work: others add theirs by
``_get_hand_over_kinds``.
"""

from . import (
    isof_activity_substitute,
    isof_activity_succession,
    isof_hand_over,
    isof_hand_over_line,
    isof_substitute,
    res_users_hand_over,
    res_users_substitute,
    res_users_succession,
)
