"""How much the benches measure: all of it, or a hundredth, where only answers are checked.

``./isof test --bench --small`` is the small one; the ordinary tests run it, see test_benches.py.
"""

import os

IS_SMALL = bool(os.environ.get("ISOF_SMALL_BENCH"))


def size(number, part=100):
    """Return a number of records, or a part of it in a small run."""
    return max(number // part, 1) if IS_SMALL else number


def check_goal(is_met, missed=""):
    """Assert that a goal is met that is about time or memory: of a small run it says nothing.

    :param missed: what to say if it is not
    """
    assert IS_SMALL or is_met, missed
