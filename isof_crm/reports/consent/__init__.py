from . import isof_consent_export
