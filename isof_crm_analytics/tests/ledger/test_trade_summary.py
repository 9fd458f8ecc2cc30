import itertools
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL
from odoo.tools.query import Query

from ..common import TradeCommon

SUMS = """
    SELECT move_id, %(dimensions)s, %(sums)s FROM %(table)s
     GROUP BY move_id, %(dimensions)s ORDER BY move_id, %(dimensions)s
"""


@tagged("post_install", "-at_install")
class TestTradeSummary(TradeCommon):
    """Groups are read from sums of facts, and nobody can tell."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag_names = cls.env["res.partner.category"].create(
            [{"name": "Test builder"}, {"name": "Test reseller"}]
        )
        cls.alfa.category_id = cls.tag_names
        cls.beta.category_id = cls.tag_names[0]
        invoice = cls._create_invoice(
            {},
            {"product_id": cls.transport.id, "price_unit": 100, "quantity": 1, "discount": 10},
            {"quantity": 3, "price_unit": 7.77},
            {"product_id": False, "name": "Packing", "quantity": 1, "price_unit": 0.05},
        )
        cls._create_invoice(
            {"quantity": 4},
            partner_id=cls.beta.id,
            invoice_user_id=cls.salesperson_b.id,
            invoice_date=date(2026, 1, 31),
            campaign_id=cls.campaign.id,
        )
        cls._create_invoice(
            {}, {}, company=cls.other_company, invoice_user_id=cls.foreign_salesperson.id
        )
        cls._create_credit_note(invoice, quantity=1)
        cls._create_bill({"quantity": 11, "price_unit": 3.333}, {"product_id": cls.transport.id})

    def _fetch_sums(self, table, count):
        summary = self.env["isof.trade.summary"]
        dimensions = [name for name in summary._get_dimensions() if name != "move_id"]
        sums = [f"sum({name})" for name in summary._get_measures()]
        self.env.flush_all()
        self.env.cr.execute(
            SUMS
            % {
                "dimensions": ", ".join(dimensions),
                "sums": ", ".join([*sums, count]),
                "table": table,
            }
        )
        return self.env.cr.fetchall()

    def assertSumsInStep(self):  # noqa: N802
        """Check that the sums are those of the facts."""
        facts = self._fetch_sums("isof_trade_line", "count(*)")
        self.assertTrue(facts)
        self.assertEqual(self._fetch_sums("isof_trade_summary", "sum(line_count)"), facts)

    def _read(self, facts, *args, **kwargs):
        """Return the groups, and which tables they were read from."""
        queries = []
        execute = type(self.env.cr).execute

        def spy(cr, query, *params, **options):
            queries.append(query.code if hasattr(query, "code") else query)
            return execute(cr, query, *params, **options)

        with patch.object(type(self.env.cr), "execute", spy):
            groups = facts.formatted_read_grouping_sets(*args, **kwargs)
        tables = {
            table
            for table in ("isof_trade_line", "isof_trade_summary")
            if any(f'FROM "{table}"' in query for query in queries)
        }
        return groups, tables

    def _read_rows(self, facts, *args, **kwargs):
        with patch.object(type(facts), "_can_sum", lambda self, *args: False):
            groups, tables = self._read(facts, *args, **kwargs)
        self.assertEqual(tables, {"isof_trade_line"})
        return groups

    # In step

    def test_in_step(self):
        self.assertSumsInStep()
        self.env.cr.execute("SELECT count(*), sum(line_count) FROM isof_trade_summary")
        rows, lines = self.env.cr.fetchone()
        self.assertLess(rows, lines)

    def test_life_of_a_document(self):
        invoice = self._create_invoice({}, {})
        self.assertSumsInStep()
        invoice.invoice_user_id = self.salesperson_b
        self.assertSumsInStep()
        invoice.button_draft()
        self.assertSumsInStep()
        invoice.invoice_line_ids[0].unlink()
        invoice.action_post()
        self.assertSumsInStep()
        invoice.with_context(force_delete=True).unlink()
        self.assertSumsInStep()

    def test_line_deleted_past_the_sync(self):
        """The database deletes the fact with its line before the sync can count it."""
        invoice = self._create_invoice({}, {})
        self.env.flush_all()
        line = invoice.line_ids.filtered("product_id")[0]
        self.env.cr.execute("DELETE FROM account_move_line WHERE id = %s", [line.id])
        self.env.invalidate_all()
        self.facts._sync_everything()
        self.assertSumsInStep()

    def test_what_is_deleted_and_merged(self):
        campaign = self.env["utm.campaign"].create({"name": "Test fair"})
        self._create_invoice({}, {}, campaign_id=campaign.id)
        self.env.flush_all()
        campaign.unlink()
        self.assertSumsInStep()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.alfa | self.beta).ids, self.alfa, extra_checks=False
        )
        self.assertSumsInStep()

    def test_comparison_heals_sums(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE isof_trade_summary SET sold_net = sold_net + 1")
        self.facts._sync_everything()
        self.assertSumsInStep()

    def test_nobody_reads_the_sums(self):
        for user in (self.salesperson_a, self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["isof.trade.summary"].with_user(user).search([])

    # The same as from the facts

    def test_same_groups(self):
        groups = (
            "invoice_date:month",
            "invoice_date:week",
            "invoice_date:day",
            "date:year",
            "partner_id",
            "partner_id.country_id",
            "contact_id",
            "product_id",
            "product_category_id",
            "role",
            "is_price_correction",
            "cost_source",
            "user_id",
            "campaign_id",
            "company_id",
            "move_id",
            "partner_tag_ids",
            "state_id",
        )
        aggregates = [
            *("__count", "sold_net:sum", "sold_quantity:sum", "margin:sum", "cost:sum"),
            *("sold_price:avg", "margin_rate:avg", "discount_rate:avg", "current_cost:sum"),
            *("partner_count:count_distinct", "move_count:count_distinct"),
            *("product_count:count_distinct", "invoice_date:max", "invoice_date:min"),
        ]
        domains = (
            [],
            [("flow", "=", "sale"), ("invoice_date", ">=", "2026-02-01")],
            [("product_id", "=", self.bolt.id)],
            [("partner_tag_ids", "in", self.tag_names[0].ids)],
            [("partner_id.name", "ilike", "alfa"), ("move_line_id", "!=", False)],
            [("campaign_id", "!=", False)],
            [("id", "=", 0)],
        )
        analyst = self.manager
        analyst.company_ids += self.other_company
        facts = self.facts.with_user(analyst).with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        for group, domain in itertools.product(groups, domains):
            for specs in ([group], [group, "invoice_date:quarter"]):
                sets = [specs[:size] for size in range(len(specs) + 1)]
                with self.subTest(specs=specs, domain=domain):
                    expected = self._read_rows(facts, domain, sets, aggregates)
                    self.assertEqual(self._read(facts, domain, sets, aggregates)[0], expected)

    def test_same_for_each_role(self):
        specs = [[], ["user_id"], ["user_id", "partner_id"]]
        totals = []
        for user in (self.salesperson_a, self.salesperson_b, self.team_leader, self.manager):
            facts = self.facts.with_user(user)
            with self.subTest(user=user.login):
                expected = self._read_rows(facts, [], specs, ["sold_net:sum", "__count"])
                groups, tables = self._read(facts, [], specs, ["sold_net:sum", "__count"])
                self.assertEqual(groups, expected)
                self.assertEqual(tables, {"isof_trade_summary"})
                totals.append(groups[0][0]["__count"])
        self.assertGreater(totals[-1], totals[0])
        self.assertGreater(totals[0], 0)
        with self.assertRaises(AccessError):
            self._read(self.facts.with_user(self.salesperson_a), [], [[]], ["margin:sum"])

    def test_same_lists(self):
        """What a grouped list asks for: a part of the groups, in some order, and their number."""
        for order in ("sold_net:sum desc", "partner_id desc", "__count, partner_id", None):
            for having in ([], [("sold_net:sum", ">", 40)], [("__count", ">=", 2)]):
                args = ([], ["partner_id"], ["sold_net:sum", "__count"])
                kwargs = {"having": having, "order": order, "limit": 2}
                with self.subTest(order=order, having=having):
                    groups = self.facts._read_group(*args, **kwargs)
                    with patch.object(type(self.facts), "_can_sum", lambda self, *args: False):
                        self.assertEqual(groups, self.facts._read_group(*args, **kwargs))

    def test_nothing_to_add_up(self):
        nothing = [("id", "=", 0)]
        self.assertEqual(
            self.facts._read_group(nothing, [], ["__count", "sold_net:sum"]), [(0, False)]
        )
        self.assertEqual(self.facts._read_group(nothing, ["user_id"], ["__count"]), [])

    # Which table is read

    def test_tables(self):
        for domain, specs, aggregates, expected in (
            ([], ["partner_id"], ["sold_net:sum"], "isof_trade_summary"),
            ([], ["invoice_date:month"], ["__count"], "isof_trade_summary"),
            ([], ["partner_id"], ["move_count:count_distinct"], "isof_trade_summary"),
            ([], ["product_id"], ["sold_net:sum"], "isof_trade_line"),
            ([("product_id", "!=", False)], ["user_id"], ["sold_net:sum"], "isof_trade_line"),
            ([("id", "!=", 0)], ["user_id"], ["sold_net:sum"], "isof_trade_line"),
            ([("sold_net", ">", 40)], ["user_id"], ["sold_net:sum"], "isof_trade_line"),
            ([], ["user_id"], ["id:count_distinct"], "isof_trade_line"),
            ([], ["partner_id"], ["product_count:count_distinct"], "isof_trade_line"),
            ([], ["partner_id"], ["current_cost:sum"], "isof_trade_line"),
        ):
            with self.subTest(domain=domain, specs=specs, aggregates=aggregates):
                groups, tables = self._read(self.facts, domain, [specs, []], aggregates)
                self.assertTrue(groups[0])
                self.assertEqual(tables, {expected})

    def test_what_sums_do_not_tell_is_read_from_the_facts(self):
        """The smallest and the average of a measure are those of its lines."""
        [(least, greatest, average)] = self.facts._read_group(
            [("flow", "=", "sale"), ("company_id", "=", self.company.id)],
            [],
            ["sold_quantity:min", "sold_quantity:max", "sold_quantity:avg"],
        )
        quantities = self.facts.search(
            [("flow", "=", "sale"), ("company_id", "=", self.company.id)]
        ).mapped("sold_quantity")
        self.assertEqual((least, greatest), (min(quantities), max(quantities)))
        self.assertAlmostEqual(average, sum(quantities) / len(quantities))
        by_quantity = dict(self.facts._read_group([], ["sold_quantity"], ["__count"]))
        self.assertEqual(by_quantity[4], 1)

    def test_condition_on_a_measure_is_one_on_each_line(self):
        """Two lines of 80 are no line above 90, though their sum is."""
        invoice = self._create_invoice({}, {})
        for limit in (70, 90):
            domain = [("move_id", "=", invoice.id), ("sold_net", ">", limit)]
            lines = self.facts.search(domain)
            with self.subTest(limit=limit):
                self.assertEqual(
                    self.facts._read_group(domain, [], ["__count", "sold_net:sum"]),
                    [(len(lines), sum(lines.mapped("sold_net")) or False)],
                )

    def test_group_of_no_record(self):
        """What has no value is a group without a name, and its domain finds it."""
        groups = self.facts.formatted_read_group([], ["campaign_id"], ["__count"])
        empty = next(group for group in groups if not group["campaign_id"])
        self.assertEqual(empty["campaign_id"], False)
        self.assertEqual(self.facts.search_count(empty["__extra_domain"]), empty["__count"])
        self.assertEqual(self.facts.formatted_read_group([("id", "=", 0)], ["campaign_id"]), [])


@tagged("post_install", "-at_install")
class TestPrivatePartsOfTheOrm(TransactionCase):
    """What ``tools/grouped_query.py`` uses of Odoo that nobody promises."""

    def test_a_query_has_the_sql_of_its_tables_by_their_aliases(self):
        query = Query(self.env, "isof_trade_line")
        self.assertEqual(set(query._tables), {"isof_trade_line"}, "Query._tables is another thing")
        query._tables["isof_trade_line"] = SQL("(SELECT 1)")
        self.assertIn("(SELECT 1)", query.from_clause.code)

    def test_columns_tell_which_field_they_are_of(self):
        facts = self.env["isof.trade.line"]
        query = Query(self.env, facts._table)
        for name in ("sold_net", "partner_id", "invoice_date"):
            with self.subTest(name):
                column = facts._field_to_sql(facts._table, name, query)
                self.assertIn(facts._fields[name], set(SQL("-- %s", column).to_flush))
