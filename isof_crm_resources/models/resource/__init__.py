"""Resources: rooms and devices, where they are, what they have and what they allow whom.

It owns resources with their kinds, places and features, and knows who looks after them. It knows
no bookings.
"""

from . import (
    isof_resource,
    isof_resource_capacity,
    isof_resource_feature,
    isof_resource_kind,
    isof_resource_limits,
    isof_resource_place,
    res_company,
    res_config_settings,
    resource_resource,
)
