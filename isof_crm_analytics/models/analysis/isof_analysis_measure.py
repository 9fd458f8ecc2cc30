from odoo import api, fields, models
from odoo.exceptions import ValidationError


class IsofAnalysisMeasure(models.Model):
    _name = "isof.analysis.measure"
    _description = "Measure of an Analysis"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, id"

    analysis_id = fields.Many2one("isof.analysis", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    measure = fields.Char(required=True, help="The first one decides about the order of the rows.")
    measure_choices = fields.Json(
        compute="_compute_measure_choices", export_string_translation=False
    )

    @api.depends("analysis_id.dataset")
    @api.depends_context("uid", "lang")
    def _compute_measure_choices(self):
        for line in self:
            dataset = line.analysis_id._get_dataset() if line.analysis_id else None
            line.measure_choices = line.analysis_id._get_measure_choices(dataset) if dataset else []

    @api.constrains("analysis_id", "measure")
    def _check_measure(self):
        for line in self:
            analysis = line.analysis_id
            dataset = analysis._get_dataset()
            if not dataset or line.measure not in analysis._get_measure_names(dataset):
                raise ValidationError(
                    self.env._(
                        "“%(analysis)s” has no measure “%(measure)s”. Choose another one.",
                        analysis=analysis.name,
                        measure=line.measure,
                    )
                )
