"""Contractors: companies, their people, regions, groups and who works where.

It owns what we add to contacts, affiliations, regions and groups. It knows the base only.
"""

# before those that inherit it
from . import isof_contractor_tree_mixin

# isort: split
from . import (
    base_partner_merge,
    isof_affiliation,
    isof_affiliation_role,
    isof_partner_group,
    isof_region,
    isof_region_rule,
    res_partner,
    res_partner_category,
    res_partner_marketing,
    res_partner_name,
)
