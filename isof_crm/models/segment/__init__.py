"""Segments: lists of contractors, kept by hand or by rules.

It owns segments, their rules and members, and mailings to them. It knows contractors and consents.
"""

from . import (
    base_partner_merge,
    isof_consent,
    isof_partner_batch,
    isof_segment,
    isof_segment_departure,
    isof_segment_mailing,
    isof_segment_member,
    isof_segment_refresh,
    isof_segment_rule,
    isof_segment_size,
    res_partner_segment,
)
