import doctest
from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ...models.analysis import isof_analysis_table
from ...tools import analysis_periods, analysis_ranks, analysis_schedule
from .analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestAnalysis(AnalysisCommon):
    """The figures of saved analyses, against sums worked out by hand."""

    # ------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------

    def test_compared_with_last_year(self):
        table = self._get_table(self._create_analysis("sold_net"))
        self.assertEqual(
            [column["kind"] for column in table["columns"]],
            ["base", "comparison", "delta", "rate"],
        )
        self.assertEqual(
            self._get_rows(table),
            [
                ("Alfa Hurt", 580, 400, 180, 0.45),
                ("Gamma Stal", 300, 0, 300, None),
                ("Beta Market", 80, 100, -20, -0.2),
            ],
        )
        self.assertEqual(table["total"]["values"], [960, 500, 460, 0.92])
        self.assertEqual(table["notes"], [])
        self.assertEqual(table["title"]["period"], "01/01/2026 – 03/11/2026")
        self.assertEqual(table["title"]["comparison"], "01/01/2025 – 03/11/2025")

    def test_periods(self):
        for vals, total in (
            ({"period": "this_month"}, 100),
            ({"period": "month_to_date"}, 100),
            ({"period": "last_month"}, 780),
            ({"period": "this_quarter"}, 960),
            ({"period": "last_quarter"}, 0),
            ({"period": "this_year"}, 960),
            ({"period": "last_year"}, 500),
            ({"period": "last_12_months"}, 960),
            ({"period": "last_days", "period_days": 2}, 100),
            ({"period": "last_days", "period_days": 1}, 0),
            ({"period": "all"}, 1460),
            ({"period": "dates", "date_from": "2025-03-05", "date_to": "2026-01-20"}, 180),
        ):
            with self.subTest(vals=vals):
                analysis = self._create_analysis("sold_net", comparison="none", **vals)
                self.assertEqual(self._get_table(analysis)["total"]["values"], [total])

    def test_filter_by_a_node_of_a_tree(self):
        """A region, group or category stands for what is below it, too."""
        self.category.parent_id = self.env["product.category"].create({"name": "Test Metal"})
        for condition, total in (
            (("region_id", "=", self.region_poland.id), 660),
            (("region_id", "in", self.region_mazovia.ids), 580),
            (("region_id", "not in", self.region_poland.ids), 300),
            (("product_category_id", "=", self.category.parent_id.id), 560),
        ):
            with self.subTest(condition):
                analysis = self._create_analysis(
                    "sold_net", comparison="none", domain=repr([condition])
                )
                self.assertEqual(self._get_table(analysis)["total"]["values"], [total])

    def test_comparisons(self):
        for vals, total in (
            ({"period": "last_month", "comparison": "previous"}, 80),
            ({"period": "last_month", "comparison": "last_year"}, 400),
            ({"period": "month_to_date", "comparison": "previous"}, 480),
            ({"period": "year_to_date", "comparison": "previous"}, 500),
            (
                {
                    "period": "last_month",
                    "comparison": "dates",
                    "comparison_date_from": "2025-01-01",
                    "comparison_date_to": "2025-12-31",
                },
                500,
            ),
        ):
            with self.subTest(vals=vals):
                table = self._get_table(self._create_analysis("sold_net", **vals))
                self.assertEqual(table["total"]["values"][1], total)

    def _create_periods(self):
        """Return a type of periods with a period a year, 2025 and 2026, of February."""
        period_type = self.env["isof.period.type"].create(
            {
                "name": "Test winter",
                "period_ids": [
                    Command.create(
                        {
                            "name": f"Winter {year}",
                            "date_from": date(year, 2, 1),
                            "date_to": date(year, 2, 28),
                        }
                    )
                    for year in (2025, 2026)
                ],
            }
        )
        self.env.flush_all()
        return period_type

    def test_user_defined_periods(self):
        period_type = self._create_periods()
        before, period = period_type.period_ids.sorted("date_from")
        for vals in (
            {"period": "own_period", "period_id": period.id, "comparison": "previous"},
            {
                "period": "own_period",
                "period_id": period.id,
                "comparison": "own_period",
                "comparison_period_id": before.id,
            },
            {
                "period": "previous_period",
                "period_type_id": period_type.id,
                "comparison": "previous",
            },
        ):
            with self.subTest(vals=vals):
                table = self._get_table(self._create_analysis("sold_net", **vals))
                self.assertEqual(table["total"]["values"], [780, 400, 380, 0.95])

    def test_rows_by_user_defined_periods_stand_beside_each_other(self):
        period_type = self._create_periods()
        name = f"x_isof_period_{period_type.id}"
        analysis = self._create_analysis("sold_net", row_1=name, sort="natural")
        self.assertEqual(
            self._get_rows(self._get_table(analysis)),
            [("Winter 2026", 780, 400, 380, 0.95), ("Outside any period", 180, 100, 80, 0.8)],
        )

    def test_own_periods_without_those_of_last_year_compare_with_nothing(self):
        """There was no such period, which is not the same as no sales in it."""
        period_type = self._create_periods()
        before, winter = period_type.period_ids.sorted("date_from")
        analysis = self._create_analysis(
            "sold_net", row_1=f"x_isof_period_{period_type.id}", sort="natural"
        )
        before.unlink()
        table = self._get_table(analysis)
        self.assertEqual(
            self._get_rows(table),
            [("Winter 2026", 780, None, None, None), ("Outside any period", 180, None, None, None)],
        )
        self.assertEqual(table["total"]["values"], [960, 500, 460, 0.92])
        # only its last days are within the time that it would be compared with
        before = winter.copy(
            {"name": "Autumn 2025", "date_from": "2024-12-01", "date_to": "2025-01-10"}
        )
        self.assertEqual(
            self._get_rows(self._get_table(analysis))[0], ("Winter 2026", 780, None, None, None)
        )
        # nor is it compared the other way round
        before.write({"name": "Winter 2025", "date_from": "2025-02-01", "date_to": "2025-02-28"})
        winter.write({"date_from": "2026-04-01", "date_to": "2026-04-30"})
        self.assertEqual(
            self._get_rows(self._get_table(analysis)),
            [("Winter 2025", None, 400, None, None), ("Outside any period", 960, None, None, None)],
        )

    def test_months_stand_beside_those_of_last_year(self):
        analysis = self._create_analysis("sold_net", row_1="invoice_date:month", sort="natural")
        table = self._get_table(analysis)
        self.assertEqual(
            self._get_rows(table),
            [
                ("January 2026", 80, 0, 80, None),
                ("February 2026", 780, 400, 380, 0.95),
                ("March 2026", 100, 100, 0, 0),
            ],
        )
        row = table["rows"][1]
        self.assertEqual(row["path"], ["2026-02-01"])
        facts = self.facts.with_user(self.controller)
        for side, total in (("domain", 780), ("comparison_domain", 400)):
            base = table["base_domain" if side == "domain" else "comparison_domain"]
            records = facts.search([*base, *row[side]])
            self.assertEqual(sum(records.mapped("sold_net")), total, side)

    def test_day_on_the_readers_clock(self):
        """An activity of 23:30 UTC is of the next day, and month, in Warsaw."""
        activity = self.env["isof.activity"].create(
            {
                "name": "Late call",
                "type_id": self.env["isof.activity.type"].search([], limit=1).id,
                "start": "2026-01-31 23:30:00",
                "stop": "2026-01-31 23:45:00",
                "user_id": self.manager.id,
                "partner_id": self.alfa.id,
            }
        )
        analysis = self._create_analysis(
            "__count",
            user=self.manager,
            dataset="activity",
            row_1="start:month",
            domain=str([("id", "=", activity.id)]),
            period="last_month",
            comparison="none",
        )
        for tz, count in (("Europe/Warsaw", 1), ("America/New_York", 0)):
            table = self._get_table(analysis.with_context(tz=tz))
            self.assertEqual(table["total"]["values"], [count], tz)
        labels = [
            row["label"]
            for row in self._get_table(analysis.with_context(tz="Europe/Warsaw"))["rows"]
        ]
        self.assertEqual(labels, ["February 2026"])

    # ------------------------------------------------------------
    # Rows, columns, measures
    # ------------------------------------------------------------

    def test_three_levels(self):
        analysis = self._create_analysis(
            "sold_net",
            row_1="user_id",
            row_2="partner_id",
            row_3="product_id",
            comparison="none",
            unfolded=True,
        )
        self.assertEqual(
            self._get_rows(self._get_table(analysis)),
            [
                (self.salesperson_a.name, 880),
                ("  Alfa Hurt", 580),
                (f"    {self.bolt.display_name}", 480),
                (f"    {self.transport.display_name}", 100),
                ("  Gamma Stal", 300),
                (f"    {self.transport.display_name}", 300),
                (self.salesperson_b.name, 80),
                ("  Beta Market", 80),
                (f"    {self.bolt.display_name}", 80),
            ],
        )

    def test_levels_are_read_when_they_are_opened(self):
        analysis = self._create_analysis("sold_net", row_1="user_id", row_2="partner_id")
        table = self._get_table(analysis)
        self.assertEqual([row["level"] for row in table["rows"]], [0, 0])
        first = table["rows"][0]
        self.assertTrue(first["is_expandable"])
        self.assertFalse(first["is_loaded"])
        part = self._get_table(analysis, path=first["path"])
        self.assertIsNone(part["total"])
        self.assertEqual(
            self._get_rows(part),
            [("  Alfa Hurt", 580, 400, 180, 0.45), ("  Gamma Stal", 300, 0, 300, None)],
        )
        self.assertEqual({row["parent_id"] for row in part["rows"]}, {first["id"]})
        self.assertFalse(part["rows"][0]["is_expandable"])

    def test_ratios_are_of_sums_at_every_level(self):
        analysis = self._create_analysis(
            "margin_rate",
            "sold_price",
            row_1="user_id",
            row_2="partner_id",
            comparison="none",
            sort="natural",
            unfolded=True,
        )
        table = self._get_table(analysis)
        rows = {label.strip(): values for label, *values in self._get_rows(table)}
        # 580 - 340 and 300 - 120; 61 and 3 pieces
        self.assertAlmostEqual(rows["Alfa Hurt"][0], 240 / 580)
        self.assertAlmostEqual(rows["Gamma Stal"][0], 180 / 300)
        self.assertAlmostEqual(rows[self.salesperson_a.name][0], 420 / 880)
        self.assertAlmostEqual(rows[self.salesperson_a.name][1], 880 / 64)
        self.assertAlmostEqual(table["total"]["values"][0], (420 + 30) / 960)
        self.assertEqual([column["type"] for column in table["columns"]], ["percent", "money"])

    def test_columns(self):
        analysis = self._create_analysis(
            "sold_net", column="invoice_date:month", sort="natural", show_comparison=False
        )
        table = self._get_table(analysis)
        self.assertEqual(table["column_keys"], ["2026-01-01", "2026-02-01", "2026-03-01"])
        self.assertEqual(
            [(header["label"], header["span"]) for header in table["headers"]],
            [("January 2026", 3), ("February 2026", 3), ("March 2026", 3), ("Total", 3)],
        )
        rows = {label: values for label, *values in self._get_rows(table)}
        self.assertEqual(
            rows["Alfa Hurt"], [0, 0, None, 480, 80, 0.2, 100, 100, None, 580, 180, 0.45]
        )
        self.assertEqual(
            rows["Beta Market"], [80, 80, None, 0, 0, None, 0, -100, -1, 80, -20, -0.2]
        )
        self.assertEqual(
            table["total"]["values"],
            [80, 80, None, 780, 380, 0.95, 100, 0, 0, 960, 460, 0.92],
        )

    def test_opened_rows_have_the_columns_of_the_table(self):
        analysis = self._create_analysis(
            "sold_net",
            row_1="partner_id",
            row_2="product_id",
            column="invoice_date:month",
            comparison="none",
        )
        table = self._get_table(analysis)
        gamma = next(row for row in table["rows"] if row["label"] == "Gamma Stal")
        part = self._get_table(analysis, path=gamma["path"], column_keys=table["column_keys"])
        self.assertEqual(
            self._get_rows(part), [(f"  {self.transport.display_name}", 0, 300, 0, 300)]
        )

    def test_overlapping_groups_count_once_in_the_total(self):
        tags = self.env["res.partner.category"].create([{"name": "Test X"}, {"name": "Test Y"}])
        self.alfa.category_id = tags
        self.beta.category_id = tags[0]
        analysis = self._create_analysis(
            "sold_net", row_1="partner_tag_ids", comparison="none", top_n=1
        )
        table = self._get_table(analysis)
        # the others are those without the first tag: Gamma, not Alfa once more
        self.assertEqual(self._get_rows(table), [("Test X", 660), ("Others", 300)])
        self.assertEqual(table["total"]["values"], [960])
        self.assertIn("counts in each of them", self._get_notes(table))

    # ------------------------------------------------------------
    # Order, others, shares
    # ------------------------------------------------------------

    def test_order(self):
        for sort, labels in (
            ("natural", ["Alfa Hurt", "Beta Market", "Gamma Stal"]),
            ("largest", ["Alfa Hurt", "Gamma Stal", "Beta Market"]),
            ("smallest", ["Beta Market", "Gamma Stal", "Alfa Hurt"]),
            ("growth", ["Gamma Stal", "Alfa Hurt", "Beta Market"]),
            ("decline", ["Beta Market", "Alfa Hurt", "Gamma Stal"]),
        ):
            with self.subTest(sort=sort):
                table = self._get_table(self._create_analysis("sold_net", sort=sort))
                self.assertEqual([row["label"] for row in table["rows"]], labels)

    def test_top_and_others(self):
        """Others are what is left of sums, and count for themselves in ratios and counts."""
        analysis = self._create_analysis(
            *("sold_net", "margin_rate", "partner_count", "product_count"),
            top_n=1,
            show_delta=False,
            show_rate=False,
        )
        table = self._get_table(analysis)
        alfa, others = table["rows"]
        self.assertEqual(alfa["values"], [580, 400, 240 / 580, 150 / 400, 1, 1, 2, 1])
        self.assertTrue(others["is_others"])
        self.assertFalse(others["is_expandable"])
        self.assertEqual(others["label"], "Others")
        # Beta 80 - 50 and Gamma 300 - 120; last year Beta alone, 100 - 50
        self.assertEqual(others["values"], [380, 100, 210 / 380, 0.5, 2, 1, 2, 1])
        facts = self.facts.with_user(self.controller)
        records = facts.search([*table["base_domain"], *others["domain"]])
        self.assertEqual(sum(records.mapped("sold_net")), 380)

    def test_top_rows_are_unfolded_and_the_others_are_not(self):
        analysis = self._create_analysis(
            "sold_net", row_2="product_id", comparison="none", top_n=1, unfolded=True
        )
        self.assertEqual(
            self._get_rows(self._get_table(analysis)),
            [
                ("Alfa Hurt", 580),
                (f"  {self.bolt.display_name}", 480),
                (f"  {self.transport.display_name}", 100),
                ("Others", 380),
            ],
        )

    def test_shares_and_abc(self):
        analysis = self._create_analysis(
            "sold_net",
            row_2="product_id",
            comparison="none",
            show_share=True,
            show_cumulative=True,
            show_abc=True,
            abc_a=60,
            abc_b=90,
            unfolded=True,
        )
        table = self._get_table(analysis)
        self.assertEqual(
            [column["kind"] for column in table["columns"]], ["base", "share", "cumulative", "abc"]
        )
        rows = [row for row in self._get_rows(table) if not row[0].startswith(" ")]
        expected = [
            ("Alfa Hurt", 580, 580 / 960, 580 / 960, "A"),
            # Alfa has passed 60 % already
            ("Gamma Stal", 300, 300 / 960, 880 / 960, "B"),
            ("Beta Market", 80, 80 / 960, 1, "C"),
        ]
        self.assertEqual(rows, expected)
        self.assertEqual(table["total"]["values"], [960, 1, None, None])
        bolt = table["rows"][1]
        self.assertEqual(bolt["values"][:2], [480, 480 / 580], "share of the row above")

    def test_margins_say_for_how_much_the_cost_is_known(self):
        """Of the period, where no column says so already; nobody else reads it."""
        self.bolt.standard_price = 0
        moves = self.moves + self._create_invoice({"quantity": 30}, invoice_date="2026-03-01")
        vals = {"comparison": "none", "domain": str([("move_id", "in", moves.ids)])}
        analysis = self._create_analysis("sold_net", "margin_rate", **vals)
        note = "The cost is known for 80.0 % of the turnover"
        self.assertIn(note, self._get_notes(self._get_table(analysis)))
        self.assertNotIn("cost", self._get_notes(self._get_table(analysis, self.analyst)))
        analysis = self._create_analysis("margin_rate", "cost_coverage", **vals)
        table = self._get_table(analysis)
        self.assertNotIn(note, self._get_notes(table))
        self.assertEqual(table["columns"][1]["type"], "percent")
        self.assertAlmostEqual(table["total"]["values"][1], 0.8)
        analysis = self._create_analysis("sold_net", **vals)
        self.assertNotIn("cost", self._get_notes(self._get_table(analysis)))

    def test_no_shares_of_a_ratio(self):
        analysis = self._create_analysis("margin_rate", comparison="none", show_share=True)
        columns = self._get_table(analysis)["columns"]
        self.assertEqual([column["kind"] for column in columns], ["base"])

    def test_too_many_rows_for_the_screen(self):
        self.patch(isof_analysis_table, "SCREEN_ROWS", (2, 3))
        analysis = self._create_analysis("sold_net", comparison="none")
        table = self._get_table(analysis)
        self.assertEqual(
            self._get_rows(table), [("Alfa Hurt", 580), ("Gamma Stal", 300), ("Others", 80)]
        )
        self.assertIn("first 2 rows", self._get_notes(table))
        analysis.write({"row_2": "invoice_date:day", "unfolded": True, "row_1": "user_id"})
        table = self._get_table(analysis)
        self.assertEqual([row["level"] for row in table["rows"]], [0, 0])
        self.assertIn("too many rows to open all levels", self._get_notes(table))

    def test_without_rows_there_is_a_total(self):
        analysis = self._create_analysis("sold_net", row_1=False, comparison="none")
        table = self._get_table(analysis)
        self.assertEqual((table["rows"], table["total"]["values"]), ([], [960]))

    # ------------------------------------------------------------
    # What is not there
    # ------------------------------------------------------------

    def test_deleted_value_of_the_filter(self):
        region = self.env["isof.region"].create({"name": "Test gone"})
        analysis = self._create_analysis("sold_net")
        analysis.domain = str(
            [("region_id", "not in", [region.id]), ("move_id", "in", self.moves.ids)]
        )
        region.unlink()
        table = self._get_table(analysis)
        self.assertIn("has been deleted: Region (1)", self._get_notes(table))
        self.assertEqual(table["total"]["values"][0], 960)

    def test_unknown_field_of_the_filter(self):
        analysis = self._create_analysis("sold_net", domain="[('gone_id', '=', 1)]")
        table = self._get_table(analysis)
        self.assertEqual((table["rows"], table["total"]), ([], None))
        self.assertEqual(table["notes"][0]["type"], "danger")
        self.assertIn("cannot be applied any more", self._get_notes(table))

    def test_unreadable_filter(self):
        for domain in (
            "[(",
            "nonsense",
            "[('partner_id', 'frob', 3)]",
            "[('partner_id', '=', 2 ** 70)]",
            "[('sold_net', '>', 'much')]",
            "[('invoice_date', '>', 'someday')]",
        ):
            with self.subTest(domain=domain):
                table = self._get_table(self._create_analysis("sold_net", domain=domain))
                self.assertIn("cannot be applied any more", self._get_notes(table))

    def test_removed_dimension_and_measure(self):
        period_type = self._create_periods()
        analysis = self._create_analysis("sold_net", row_1="partner_id")
        analysis.row_2 = f"x_isof_period_{period_type.id}"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE isof_analysis_measure SET measure = 'gone' WHERE analysis_id = %s"
            " AND measure = 'sold_net'",
            [analysis.id],
        )
        analysis.measure_ids = [Command.create({"measure": "move_count", "sequence": 99})]
        self.env.flush_all()
        self.env.invalidate_all()
        period_type.unlink()
        table = self._get_table(analysis)
        self.assertEqual(table["dimensions"], ["Contractor"])
        self.assertIn(f"no longer there: x_isof_period_{period_type.id}", self._get_notes(table))
        self.assertIn("no longer there: gone", self._get_notes(table))
        self.assertEqual(table["total"]["values"][0], 4)

    def test_removed_periods(self):
        period_type = self._create_periods()
        analysis = self._create_analysis(
            "sold_net", comparison="own_period", comparison_period_id=period_type.period_ids[0].id
        )
        period_type.unlink()
        table = self._get_table(analysis)
        self.assertEqual(table["total"]["values"], [960])
        self.assertIn("to compare with is not there", self._get_notes(table))
        analysis.period = "own_period"
        table = self._get_table(analysis)
        self.assertIsNone(table["total"])
        self.assertIn("Choose another one", self._get_notes(table))

    def test_removed_dataset(self):
        analysis = self._create_analysis("sold_net")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE isof_analysis SET dataset = 'gone' WHERE id = %s", [analysis.id]
        )
        table = self._get_table(analysis)
        self.assertIn("not installed any more", self._get_notes(table))

    # ------------------------------------------------------------
    # Currencies
    # ------------------------------------------------------------

    def test_amounts_of_several_currencies_are_never_added_up(self):
        czk = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CZK")])
        )
        czk.active = True
        self.other_company.currency_id = czk
        self.controller.company_ids += self.other_company
        foreign = self._create_invoice(company=self.other_company)
        moves = self.moves | foreign
        self.moves = moves
        companies = self.controller.company_ids
        analysis = self._create_analysis(
            "sold_net",
            "move_count",
            row_1="company_id",
            comparison="none",
            sort="natural",
            domain=str([("move_id", "in", moves.ids)]),
        ).with_context(allowed_company_ids=companies.ids)
        table = self._get_table(analysis)
        self.assertIsNone(table["currency"])
        self.assertEqual(table["total"]["values"], [None, 5])
        rows = {row["label"]: row for row in table["rows"]}
        foreign_row = rows[self.other_company.name]
        self.assertEqual(foreign_row["values"], [80, 1])
        self.assertEqual(foreign_row["currency"]["id"], czk.id)
        self.assertEqual(rows[self.company.name]["currency"]["id"], self.company.currency_id.id)
        self.assertIn("never added up", self._get_notes(table))
        # a company of its own settles it
        analysis.company_id = self.other_company
        table = self._get_table(analysis)
        self.assertEqual(table["total"]["values"], [80, 1])
        self.assertEqual(table["currency"]["id"], czk.id)

    # ------------------------------------------------------------
    # All datasets, the form, the cost
    # ------------------------------------------------------------

    def test_every_dimension_and_measure_of_every_dataset(self):
        Analysis = self.env["isof.analysis"].with_user(self.manager)
        for key, dataset in Analysis._get_datasets().items():
            dimensions = [spec for spec, _label in Analysis._get_dimension_choices(dataset)]
            measures = [name for name, _label in Analysis._get_measure_choices(dataset)]
            self.assertEqual(measures, Analysis._get_measure_names(dataset), key)
            self.assertLessEqual(
                set(Analysis._get_dimension_names(dataset)),
                {spec.partition(":")[0] for spec in dimensions},
                key,
            )
            for spec in dimensions:
                with self.subTest(dataset=key, dimension=spec):
                    analysis = self._create_analysis(
                        *measures, user=self.manager, dataset=key, row_1=spec, domain="[]"
                    )
                    table = self._get_table(analysis, user=self.manager)
                    self.assertTrue(table["total"], self._get_notes(table))
                    self.assertFalse([n for n in table["notes"] if n["type"] == "danger"])

    def test_form_begins_with_what_the_dataset_proposes(self):
        form = Form(self.env["isof.analysis"].with_user(self.salesperson_a))
        form.name = "Test of mine"
        self.assertEqual(form.row_1, "partner_id")
        form.dataset = "purchase"
        analysis = form.save()
        self.assertEqual(analysis.measure_ids.mapped("measure"), ["bought_net"])
        self.assertEqual(analysis.user_id, self.salesperson_a)
        self.assertEqual(analysis.sharing, "private")
        choices = dict(analysis.dimension_choices)
        self.assertEqual(choices["invoice_date:month"], "Date: Month")
        self.assertIn("partner_id", choices)

    def test_wrong_settings_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be divided by: password"):
            self._create_analysis("sold_net", row_1="password")
        with self.assertRaisesRegex(ValidationError, "the same twice"):
            self._create_analysis("sold_net", row_2="partner_id")
        with self.assertRaisesRegex(ValidationError, "has no measure “bought_net”"):
            self._create_analysis("bought_net")
        with self.assertRaisesRegex(ValidationError, "cannot end before it begins"):
            self._create_analysis("sold_net", date_from="2026-02-01", date_to="2026-01-01")

    def test_overrides_are_not_saved(self):
        analysis = self._create_analysis("sold_net", comparison="none")
        table = self._get_table(analysis, overrides={"period": "last_month", "name": "No"})
        self.assertEqual(table["total"]["values"], [780])
        self.assertEqual(table["period"]["period"], "last_month")
        self.assertEqual((analysis.period, table["name"]), ("year_to_date", "Test analysis"))
        before, period = self._create_periods().period_ids.sorted("date_from")
        overrides = {
            "period": "own_period",
            "period_id": period.id,
            "comparison": "own_period",
            "comparison_period_id": before.id,
        }
        table = self._get_table(analysis, overrides=overrides)
        self.assertEqual(table["total"]["values"][:2], [780, 400])
        self.assertEqual(table["period"]["period_id"], period.id)
        analysis.write(overrides)
        table = self._get_table(analysis, overrides={"comparison": "none"})
        self.assertEqual(table["total"]["values"], [780])
        gone = {"period": "own_period", "period_id": 2**31 - 1}
        self.assertIn("Choose another", self._get_notes(self._get_table(analysis, overrides=gone)))

    def test_difference_of_percentages_is_in_points(self):
        table = self._get_table(self._create_analysis("margin_rate", sort="natural"))
        self.assertEqual(
            [(column["kind"], column["type"]) for column in table["columns"]],
            [("base", "percent"), ("comparison", "percent"), ("delta", "points")],
        )
        values = table["rows"][0]["values"]
        self.assertAlmostEqual(values[2], 240 / 580 - 150 / 400)

    def test_copy_is_private_and_ones_own(self):
        analysis = self._create_analysis("sold_net", "margin")
        copy = analysis.with_user(self.analyst).copy()
        self.assertEqual((copy.user_id, copy.sharing), (self.analyst, "private"))
        self.assertEqual(copy.name, "Test analysis (copy)")
        self.assertEqual(copy.measure_ids.mapped("measure"), ["sold_net", "margin"])
        self.assertFalse(copy.shared_group_ids)

    def test_pivot_has_the_same_domain_and_groups(self):
        analysis = self._create_analysis(
            "sold_net", "margin", row_2="product_id", period="last_month"
        )
        action = analysis.action_open_pivot()
        self.assertEqual(action["res_model"], "isof.trade.line")
        self.assertEqual(action["context"]["pivot_row_groupby"], ["partner_id", "product_id"])
        self.assertEqual(action["context"]["pivot_measures"], ["sold_net", "margin"])
        records = self.facts.with_user(self.controller).search(action["domain"])
        self.assertEqual(sum(records.mapped("sold_net")), 780)

    def test_doctests(self):
        for module in (analysis_periods, analysis_ranks, analysis_schedule):
            with self.subTest(module=module.__name__):
                failed, attempted = doctest.testmod(module)
                self.assertFalse(failed)
                self.assertTrue(attempted)

    def test_query_budget(self):
        """As many queries for three levels of all customers as for one of a few."""
        analysis = self._create_analysis(
            "sold_net", "margin_rate", row_2="product_id", row_3="user_id", unfolded=True, top_n=2
        )
        self._get_table(analysis)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(26):
            analysis.get_table()

    def test_queries_in_natural_order(self):
        """Levels are put in order as a whole, not below each of their rows."""
        counts = []
        for partners in (self.alfa, self.alfa | self.beta | self.gamma):
            moves = self.moves.filtered(lambda move, ours=partners: move.partner_id in ours)
            analysis = self._create_analysis(
                "sold_net",
                row_2="product_id",
                unfolded=True,
                sort="natural",
                domain=str([("move_id", "in", moves.ids)]),
            )
            self._get_table(analysis)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            table = analysis.get_table()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len({row["parent_id"] for row in table["rows"]}), len(partners) + 1)
        self.assertEqual(*counts)
