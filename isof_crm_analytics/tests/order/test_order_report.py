import io
import json
import re
from datetime import date, datetime

from lxml import etree
from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tests.common import freeze_time

from odoo.addons.isof_crm.tests.common import ActivityCommon


class OrderReportCommon(ActivityCommon):
    """Orders of a company that keeps its books in zloty, and of another in koruna.

    A euro is 4 zloty and 25 koruna.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currencies = cls.env["res.currency"].with_context(active_test=False)
        cls.pln, cls.czk, cls.eur = (
            currencies.search([("name", "=", name)]) for name in ("PLN", "CZK", "EUR")
        )
        (cls.pln | cls.czk | cls.eur).active = True
        cls.company.currency_id = cls.pln
        cls.other_company.currency_id = cls.czk
        cls.env["res.currency.rate"].search([]).unlink()
        cls.env["res.currency.rate"].create(
            [
                {
                    "name": "2026-01-01",
                    "currency_id": currency.id,
                    "company_id": company.id,
                    "rate": rate,
                }
                for company, currency, rate in (
                    (cls.company, cls.pln, 1),
                    (cls.company, cls.eur, 0.25),
                    (cls.other_company, cls.czk, 1),
                    (cls.other_company, cls.eur, 0.04),
                )
            ]
        )
        groups = ("isof_crm_analytics.group_own", "base.group_allow_export")
        (cls.salesperson_a | cls.salesperson_b | cls.team_leader).write(
            {"group_ids": [Command.link(cls.env.ref(name).id) for name in groups]}
        )
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.category = cls.env["product.category"].create({"name": "Test Steel"})
        cls.bolt, cls.transport = cls.env["product.product"].create(
            [
                {
                    "name": "Test bolt",
                    "type": "consu",
                    "categ_id": cls.category.id,
                    "uom_id": cls.unit.id,
                    "invoice_policy": "delivery",
                    "taxes_id": [Command.clear()],
                    "supplier_taxes_id": [Command.clear()],
                },
                {
                    "name": "Test transport",
                    "type": "service",
                    "uom_id": cls.unit.id,
                    "invoice_policy": "order",
                    "taxes_id": [Command.clear()],
                },
            ]
        )
        cls.report = cls.env["isof.order.report"]

    @classmethod
    def _create_sale(cls, *lines, delivered=0, confirm=True, **vals):
        """Return a sales order of salesperson A for Alfa; each line is a dict of values."""
        company = vals.pop("company", cls.company)
        order = (
            cls.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": cls.alfa.id,
                    "user_id": cls.salesperson_a.id,
                    "company_id": company.id,
                    "team_id": False,
                    "pricelist_id": False,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.bolt.id,
                                "product_uom_qty": 10,
                                "price_unit": 8,
                                **line,
                            }
                        )
                        for line in lines or ({},)
                    ],
                    **vals,
                }
            )
        )
        if confirm:
            order.action_confirm()
            if "date_order" in vals:
                order.date_order = vals["date_order"]
            order.order_line.filtered("product_id").qty_delivered = delivered
        return order

    @classmethod
    def _create_purchase(cls, received=0, confirm=True, **vals):
        order = cls.env["purchase.order"].create(
            {
                "partner_id": cls.beta.id,
                "user_id": cls.salesperson_a.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.bolt.id,
                            "product_qty": 2,
                            "product_uom_id": cls.dozen.id,
                            "price_unit": 60,
                            "date_planned": datetime(2026, 3, 20, 12, 0),
                        }
                    )
                ],
                **vals,
            }
        )
        if confirm:
            order.button_confirm()
            order.order_line.qty_received = received
        return order

    def _get_rows(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        name = "sale_order_id" if orders._name == "sale.order" else "purchase_order_id"
        return self.report.search([(name, "in", orders.ids)], order="id")

    def _get_totals(self, domain, *specs):
        self.env.flush_all()
        return self.report._read_group(domain, [], list(specs))[0]


@tagged("post_install", "-at_install")
class TestOrderReport(OrderReportCommon):
    # Figures

    def test_partially_delivered(self):
        order = self._create_sale({}, delivered=4)
        self.assertRecordValues(
            self._get_rows(order),
            [
                {
                    "flow": "sale",
                    "name": order.name,
                    "state": "1_partial",
                    "role": "goods",
                    "ordered_quantity": 10,
                    "delivered_quantity": 4,
                    "outstanding_quantity": 6,
                    "to_invoice_quantity": 4,
                    "invoiced_quantity": 0,
                    "ordered_net": 80,
                    "delivered_net": 32,
                    "outstanding_net": 48,
                    "to_invoice_net": 32,
                    "invoiced_net": 0,
                    "average_price": 8,
                    "delivered_rate": 0.4,
                    "company_currency_id": self.pln.id,
                }
            ],
        )

    def test_shares_add_up_to_the_cent(self):
        order = self._create_sale(
            {"product_uom_qty": 3, "price_unit": 3.335, "discount": 0}, delivered=1
        )
        row = self._get_rows(order)
        self.assertAlmostEqual(row.ordered_net, 10.01)
        self.assertAlmostEqual(row.delivered_net, 3.34)
        self.assertAlmostEqual(row.outstanding_net, 6.67)

    def test_delivered_too_much_makes_up_for_nothing(self):
        orders = self._create_sale({}, delivered=15) | self._create_sale({}, delivered=0)
        rows = self._get_rows(orders)
        self.assertEqual(rows.mapped("outstanding_quantity"), [0, 10])
        self.assertEqual(rows.mapped("outstanding_net"), [0, 80])
        self.assertEqual(rows.mapped("state"), ["2_done", "0_open"])

    def _set_up_accounts(self):
        income, receivable = self.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": account_type}
                for name, code, account_type in (
                    ("Test sales", "ISOF700", "income"),
                    ("Test receivables", "ISOF200", "asset_receivable"),
                )
            ]
        )
        self.env["account.journal"].create(
            {
                "name": "Test sales",
                "code": "ISOFS",
                "type": "sale",
                "company_id": self.company.id,
                "default_account_id": income.id,
            }
        )
        self.alfa.property_account_receivable_id = receivable

    def test_refund_reduces_invoiced(self):
        self._set_up_accounts()
        order = self._create_sale({}, delivered=10)
        invoice = order._create_invoices()
        invoice.action_post()
        row = self._get_rows(order)
        self.assertRecordValues(
            row, [{"invoiced_quantity": 10, "invoiced_net": 80, "to_invoice_net": 0}]
        )
        refund = invoice._reverse_moves([{"invoice_date": date(2026, 3, 11)}])
        refund.invoice_line_ids.quantity = 3
        refund.action_post()
        self.assertRecordValues(
            self._get_rows(order),
            [{"invoiced_quantity": 7, "invoiced_net": 56, "ordered_net": 80}],
        )

    def test_other_unit_and_currency(self):
        order = self._create_sale(
            {"product_uom_id": self.dozen.id, "product_uom_qty": 2, "price_unit": 10},
            pricelist_id=self.env["product.pricelist"]
            .create({"name": "Test euro", "currency_id": self.eur.id})
            .id,
            delivered=1,
        )
        self.assertEqual(order.currency_id, self.eur)
        self.assertRecordValues(
            self._get_rows(order),
            [
                {
                    "ordered_quantity": 24,
                    "delivered_quantity": 12,
                    "ordered_net": 80,
                    "delivered_net": 40,
                    "uom_id": self.unit.id,
                }
            ],
        )

    def test_what_does_not_count(self):
        quotation = self._create_sale({}, confirm=False)
        cancelled = self._create_sale({})
        cancelled._action_cancel()
        self.assertFalse(self._get_rows(quotation | cancelled))
        self.assertFalse(self._get_rows(self._create_purchase(confirm=False)))
        order = self._create_sale(
            {},
            {
                "display_type": "line_section",
                "name": "Section",
                "product_id": False,
                "product_uom_qty": 0,
                "price_unit": 0,
            },
            {"is_downpayment": True, "product_uom_qty": 0, "price_unit": 50},
        )
        self.assertEqual(self._get_rows(order).product_id, self.bolt)
        self.assertEqual(len(self._get_rows(order)), 1)

    def test_global_discount(self):
        order = self._create_sale({}, delivered=5)
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        goods, discount = self._get_rows(order)
        self.assertEqual(goods.role, "goods")
        self.assertRecordValues(
            discount,
            [
                {
                    "role": "discount",
                    "ordered_net": -8,
                    "ordered_quantity": 0,
                    "outstanding_net": 0,
                    "state": "2_done",
                }
            ],
        )

    def test_purchase(self):
        order = self._create_purchase(received=1)
        self.assertRecordValues(
            self._get_rows(order),
            [
                {
                    "flow": "purchase",
                    "partner_id": self.beta.id,
                    "ordered_quantity": 24,
                    "delivered_quantity": 12,
                    "outstanding_quantity": 12,
                    "ordered_net": 120,
                    "outstanding_net": 60,
                    "planned_date": date(2026, 3, 20),
                    "is_late": False,
                    "sale_order_id": False,
                    "purchase_order_id": order.id,
                }
            ],
        )

    # Days

    def test_late_by_the_day_of_the_user(self):
        order = self._create_sale({}, delivered=4, commitment_date=datetime(2026, 3, 11, 12, 0))
        # half past midnight of the 12th in Warsaw, evening of the 11th in New York
        with freeze_time(datetime(2026, 3, 11, 23, 30)):
            warsaw = self._get_rows(order).with_context(tz="Europe/Warsaw")
            self.assertRecordValues(
                warsaw,
                [{"is_late": True, "days_late": 1, "late_quantity": 6, "late_net": 48}],
            )
            self.env.invalidate_all()
            new_york = self._get_rows(order).with_context(tz="America/New_York")
            self.assertRecordValues(
                new_york,
                [{"is_late": False, "days_late": 0, "late_quantity": 0, "late_net": 0}],
            )
        order.order_line.qty_delivered = 10
        with freeze_time(datetime(2026, 3, 20)):
            self.assertFalse(self._get_rows(order).is_late, "nothing is outstanding")

    def test_never_late_without_a_promise(self):
        order = self._create_sale({})
        with freeze_time(datetime(2027, 3, 11)):
            self.assertRecordValues(
                self._get_rows(order), [{"is_late": False, "planned_date": False}]
            )

    def test_order_date_in_the_zone_of_the_user(self):
        order = self._create_sale({}, date_order=datetime(2026, 2, 28, 23, 30))
        row = self._get_rows(order).with_context(tz="Europe/Warsaw")
        self.assertEqual(row.date, date(2026, 3, 1))
        self.env.invalidate_all()
        self.assertEqual(row.with_context(tz="UTC").date, date(2026, 2, 28))

    def test_department_on_the_day_of_the_order(self):
        self.employee_a.version_id.date_version = date(2026, 2, 1)
        self.employee_a.create_version(
            {"date_version": date(2026, 3, 1), "department_id": self.department_inside.id}
        )
        for day, department in (
            (datetime(2026, 1, 10, 12), self.department_field),
            (datetime(2026, 2, 10, 12), self.department_field),
            (datetime(2026, 3, 10, 12), self.department_inside),
        ):
            with self.subTest(day=day):
                rows = self._get_rows(self._create_sale({}, date_order=day))
                self.assertEqual(rows.department_id, department)

    # Groups

    def test_ratios_of_sums(self):
        orders = self._create_sale({}, delivered=10) | self._create_sale(
            {"product_uom_qty": 30, "price_unit": 4}, delivered=0
        )
        domain = [("sale_order_id", "in", orders.ids)]
        totals = self._get_totals(
            domain,
            "average_price:avg",
            "delivered_rate:avg",
            "order_count:count_distinct",
            "product_count:count_distinct",
            "partner_count:count_distinct",
        )
        self.assertEqual([float(total) for total in totals], [5.0, 0.25, 2, 1, 1])

    def test_no_ratio_without_a_divisor(self):
        order = self._create_sale({"product_uom_qty": 0})
        totals = self._get_totals([("sale_order_id", "=", order.id)], "average_price:avg")
        self.assertFalse(totals[0])

    def test_overlapping_groups_keep_the_total(self):
        tags = self.env["res.partner.category"].create([{"name": "T1"}, {"name": "T2"}])
        self.alfa.category_id = tags
        segments = self.env["isof.segment"].create(
            [
                {"name": name, "mode": "static", "addition_ids": [Command.set(self.alfa.ids)]}
                for name in ("S1", "S2")
            ]
        )
        segments.action_refresh()
        self.assertEqual(self.alfa.isof_segment_ids, segments)
        order = self._create_sale({}, partner_id=self.alfa_anna.id)
        self.env.flush_all()
        domain = [("sale_order_id", "=", order.id)]
        for dimension in ("partner_tag_ids", "segment_ids"):
            with self.subTest(dimension=dimension):
                total, groups = self.report.formatted_read_grouping_sets(
                    domain, [[], [dimension]], ["ordered_net:sum"]
                )
                self.assertEqual(float(total[0]["ordered_net:sum"]), 80)
                self.assertEqual([float(group["ordered_net:sum"]) for group in groups], [80, 80])

    def test_currencies_are_never_added_up(self):
        zloty = self._create_sale({})
        koruna = self._create_sale({"price_unit": 100}, company=self.other_company)
        self.assertEqual(koruna.currency_id, self.czk)
        self.env.flush_all()
        report = self.report.with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        domain = [("sale_order_id", "in", (zloty | koruna).ids)]
        specs = ["ordered_net:sum", "ordered_quantity:sum", "average_price:avg"]
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        total, companies = report.formatted_read_grouping_sets(
            domain, [[], ["company_id"]], [*specs, "ordered_net:max"]
        )
        self.assertFalse(total[0]["ordered_net:sum"])
        self.assertFalse(total[0]["ordered_net:max"])
        self.assertFalse(total[0]["average_price:avg"])
        self.assertEqual(float(total[0]["ordered_quantity:sum"]), 20)
        self.assertEqual(sorted(float(group["ordered_net:sum"]) for group in companies), [80, 1000])

    # Rights

    def test_who_sees_what(self):
        own = self._create_sale({})
        others = self._create_sale({}, user_id=self.salesperson_b.id)
        foreign = self._create_sale({}, company=self.other_company, user_id=False)
        self.env.flush_all()
        analyst = self._create_user(
            "analyst", "isof_crm_analytics.group_all,base.group_allow_export"
        )
        self.manager.group_ids += self.env.ref("base.group_allow_export")
        names = (own | others | foreign).mapped("name")
        for user, orders in (
            (self.salesperson_a, own),
            (self.salesperson_b, others),
            (self.team_leader, own),
            (analyst, own | others),
            (self.manager, own | others),
        ):
            with self.subTest(user=user.name):
                report = self.report.with_user(user)
                domain = [("name", "in", names), ("flow", "=", "sale")]
                rows = report.search(domain)
                self.assertEqual(sorted(rows.mapped("name")), sorted(orders.mapped("name")))
                self.assertEqual(report.search_count(domain), len(orders))
                (total,) = report._read_group(domain, [], ["ordered_net:sum"])[0]
                self.assertEqual(float(total), 80 * len(orders))
                ((total,),) = report.formatted_read_grouping_sets(domain, [[]], ["ordered_net:sum"])
                self.assertEqual(float(total["ordered_net:sum"]), 80 * len(orders))
                self.assertEqual(rows.export_data(["ordered_net"])["datas"], [[80.0]] * len(orders))
                hidden = self._get_rows((own | others | foreign) - orders).with_user(user)
                for row in hidden:
                    with self.assertRaises(AccessError):
                        row.read(["name"])
                    with self.assertRaises(AccessError):
                        row.export_data(["name"])

    def test_without_the_role_nothing_is_seen(self):
        rows = self._get_rows(self._create_sale({}))
        user = self._create_user("no_figures", "isof_crm.group_user,base.group_allow_export")
        report = self.report.with_user(user)
        for call in (
            lambda: report.search([]),
            lambda: report.search_count([]),
            lambda: report.browse(rows.ids).read(["name"]),
            lambda: report.browse(rows.ids).export_data(["name"]),
            lambda: report.formatted_read_group([], [], ["ordered_net:sum"]),
            lambda: report.formatted_read_grouping_sets([], [[]], ["ordered_net:sum"]),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_documents_need_the_rights_to_them(self):
        row = self._get_rows(self._create_sale({})).with_user(self.salesperson_a)
        with self.assertRaises(AccessError):
            row.action_open_order()
        with self.assertRaises(AccessError):
            row.formatted_read_group([], ["sale_order_id"], [])
        self.salesperson_a.group_ids += self.env.ref("sales_team.group_sale_salesman")
        action = row.action_open_order()
        self.assertEqual(action["res_model"], "sale.order")
        self.assertEqual(action["res_id"], row.sale_order_id.id)

    # Lists and speed

    def test_graph_knows_what_is_of_money(self):
        arch = self.report.with_user(self.salesperson_a).get_view(view_type="graph")["arch"]
        graph = etree.fromstring(arch)
        money = graph.get("data-money").split()
        self.assertLessEqual({"ordered_net", "average_price"}, set(money))
        self.assertFalse({"ordered_quantity", "delivered_rate"}.intersection(money))
        self.assertEqual(graph.get("data-unmixed"), "company_currency_id")

    def test_list_knows_its_ratios(self):
        arch = self.report.with_user(self.salesperson_a).get_view(
            self.env.ref("isof_crm_analytics.isof_order_report_view_list").id, "list"
        )["arch"]
        self.assertIn('js_class="isof_figures_list"', arch)
        self.assertRegex(arch, r'<field name="average_price"[^>]* data-numerator="ordered_net"')
        self.assertRegex(
            arch, r'<field name="average_price"[^>]* data-unmixed="company_currency_id"'
        )
        self.assertRegex(arch, r'<field name="company_currency_id"')
        view = self.env["ir.ui.view"].create(
            {
                "name": "Test list",
                "model": "isof.order.report",
                "arch": '<list><field name="average_price" avg="Average" /></list>',
            }
        )
        arch = self.report.get_view(view.id, "list")["arch"]
        for name in ("company_currency_id", "ordered_net", "ordered_quantity"):
            self.assertRegex(arch, rf'<field name="{name}" column_invisible="(1|True)"')

    def test_depends_has_what_columns_read(self):
        """Else what the same transaction has changed, and not written yet, is not counted."""
        kept = {("res.currency", "decimal_places")}  # follows the rounding
        for flow in ("sale", "purchase"):
            tables = {
                "line": f"{flow}.order.line",
                "document": f"{flow}.order",
                "company": "res.company",
                "currency": "res.currency",
                "contact": "res.partner",
                "partner": "res.partner",
                "product": "product.product",
                "template": "product.template",
                "uom": "uom.uom",
                "line_uom": "uom.uom",
            }
            texts = [sql.code for sql in self.report._get_columns(flow).values()]
            texts += [self.report._from(flow).code, self.report._where(flow).code]
            read = re.findall(rf"\b({'|'.join(tables)})\.(\w+)", " ".join(texts))
            self.assertGreater(len(set(read)), 20)
            for table, column in set(read):
                model = tables[table]
                if column != "id" and (model, column) not in kept:
                    with self.subTest(flow=flow, column=f"{table}.{column}"):
                        self.assertIn(column, self.report._depends[model])

    def test_queries(self):
        self._create_sale({}, {}, {}, delivered=4)
        self.env.flush_all()
        report = self.report.with_user(self.salesperson_a)
        specs = ["ordered_net:sum", "average_price:avg"]
        sets = [[], ["product_category_id"], ["product_category_id", "date:month"]]
        report.formatted_read_grouping_sets([], sets, specs)
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            report.formatted_read_grouping_sets([], sets, specs)


@tagged("post_install", "-at_install")
class TestOrderReportExport(OrderReportCommon, HttpCase):
    def _export(self, user, groupby, domain, companies):
        """Return the rows of an exported workbook: label, ordered, average price, delivered %."""
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        names = ("name", "ordered_net", "average_price", "delivered_rate")
        params = {
            "model": "isof.order.report",
            "fields": [
                {
                    "name": name,
                    "label": name,
                    "store": True,
                    "type": self.report._fields[name].type,
                }
                for name in names
            ],
            "ids": False,
            "domain": domain,
            "groupby": groupby,
            "context": {"allowed_company_ids": companies.ids},
            "import_compat": False,
        }
        response = self.url_open(
            "/web/export/xlsx",
            data={"data": json.dumps(params), "csrf_token": Request.csrf_token(self)},
        )
        response.raise_for_status()
        sheet = load_workbook(io.BytesIO(response.content)).active
        return list(sheet.iter_rows(min_row=2, values_only=True))

    def test_groups_have_ratios_of_sums(self):
        cheap = self._create_sale({"product_uom_qty": 30, "price_unit": 4}, delivered=0)
        dear = self._create_sale({}, {"product_id": self.transport.id}, delivered=10)
        rows = self._export(
            self.salesperson_a,
            ["partner_id", "role"],
            [("name", "in", (cheap | dear).mapped("name"))],
            self.company,
        )
        groups = {row[0].strip(): row[1:] for row in rows if "(" in row[0]}
        self.assertEqual(groups["Alfa Hurt (3)"], (280, 5.6, 0.4))
        self.assertEqual(groups["goods (2)"], (200, 5, 0.25))
        self.assertEqual(groups["service (1)"], (80, 8, 1))
        self.assertEqual(len(rows), 6)

    def test_groups_of_several_currencies_have_no_total(self):
        both = self.company | self.other_company
        self.salesperson_a.company_ids = both
        zloty = self._create_sale({})
        koruna = self._create_sale({"price_unit": 100}, company=self.other_company)
        rows = self._export(
            self.salesperson_a,
            ["partner_id"],
            [("name", "in", (zloty | koruna).mapped("name")), ("flow", "=", "sale")],
            both,
        )
        self.assertEqual(rows[0][1:3], (None, None))
        self.assertEqual(sorted(row[1] for row in rows[1:]), [80, 1000])
