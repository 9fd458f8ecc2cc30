"""Resources: rooms and devices, where they are, what they have and when they are open.

It owns resources with their kinds, places and features. It knows no bookings.
"""

from . import (
    isof_resource,
    isof_resource_capacity,
    isof_resource_feature,
    isof_resource_kind,
    isof_resource_place,
    res_company,
    res_config_settings,
    resource_resource,
)
