"""Campaigns: what they cost and what they brought.

It owns costs of campaigns and which sales are theirs. It knows facts.
"""

from . import (
    account_move,
    account_move_line,
    isof_activity,
    isof_campaign_cost,
    res_company,
    utm_campaign,
)
