"""Scores: customers by turnover and by how lately and how often they buy.

It owns schemes, runs and scores. It knows facts.
"""

# before those that inherit it
from . import isof_score_mixin

# isort: split
from . import (
    base_partner_merge,
    isof_score,
    isof_score_run,
    isof_score_scheme,
    isof_segment,
    isof_trade_line,
    res_partner_score,
)
