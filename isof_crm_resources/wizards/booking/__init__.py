from . import isof_booking_refusal, isof_resource_archiving
