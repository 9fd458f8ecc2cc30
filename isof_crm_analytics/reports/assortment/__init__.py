from . import isof_assortment_mixin, isof_assortment_report, isof_assortment_suggestion
