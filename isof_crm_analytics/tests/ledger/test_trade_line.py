from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TradeCommon


@tagged("post_install", "-at_install")
class TestTradeLine(TradeCommon):
    """What the facts say, one test for each case of trade."""

    # Credit notes

    def test_full_credit_note_after_a_cost_change(self):
        invoice = self._create_invoice(
            {"discount": 7, "quantity": 3, "price_unit": 3.335},
            {"product_id": self.transport.id, "quantity": 1, "price_unit": 100, "discount": 100},
            {"product_id": False, "name": "Packing", "quantity": 1, "price_unit": 12.34},
        )
        self.assertEqual(self._get_facts(invoice).mapped("cost"), [15, 40, 0])
        self.bolt.standard_price = 6
        refund = self._create_credit_note(invoice)
        self.assertNothingLeft(invoice | refund)
        self.assertEqual(
            self._get_facts(refund).mapped("cost_source"), ["original", "original", "unknown"]
        )
        self.assertInStep()

    def test_full_credit_note_of_lines_that_look_alike(self):
        invoice = self._create_invoice({}, {})
        first, second = self._get_facts(invoice)
        self.env.cr.execute(
            "UPDATE isof_trade_line SET cost = 60, margin = 20 WHERE id = %s", [second.id]
        )
        refund = self._create_credit_note(invoice)
        self.facts.invalidate_model()
        self.assertEqual((first + second).mapped("cost"), [50, 60])
        self.assertEqual(self._get_facts(refund).mapped("cost"), [-50, -60])
        self.assertNothingLeft(invoice | refund)

    def test_price_only_correction(self):
        invoice = self._create_invoice()
        refund = self._create_credit_note(invoice, price_unit=1)
        self.assertFacts(
            refund,
            [
                {
                    "is_price_correction": True,
                    "role": "goods",
                    "sold_quantity": 0,
                    "sold_net": -10,
                    "cost": 0,
                    "cost_source": "no_cost",
                    "margin": -10,
                }
            ],
        )
        self.assertInStep()

    def test_price_only_correction_as_the_user_says(self):
        invoice = self._create_invoice()
        cheap = self._create_credit_note(invoice, price_unit=1, isof_correction="goods")
        self.assertFacts(
            cheap, [{"is_price_correction": False, "sold_quantity": -10, "cost": -50, "margin": 40}]
        )
        dear = self._create_credit_note(invoice, quantity=2)
        self.assertFacts(dear, [{"is_price_correction": False, "sold_quantity": -2, "cost": -10}])
        dear.isof_correction = "price"
        self.assertFacts(dear, [{"is_price_correction": True, "sold_quantity": 0, "cost": 0}])

    def test_partial_credit(self):
        invoice = self._create_invoice({"quantity": 3, "price_unit": 3.335})
        self.bolt.standard_price = 9
        refund = self._create_credit_note(invoice, quantity=1)
        self.assertFacts(
            refund,
            [
                {
                    "is_price_correction": False,
                    "sold_quantity": -1,
                    "sold_net": -3.34,
                    "cost": -5,
                    "margin": 1.66,
                    "cost_source": "original",
                }
            ],
        )

    def test_partial_credit_notes_that_make_a_whole(self):
        self.bolt.standard_price = 3.335
        # a discount of 0.46 on all, and of 0.15 on each
        invoice = self._create_invoice({"quantity": 3, "price_unit": 1.01, "discount": 15})
        self.assertFacts(invoice, [{"cost": 10.01, "discount": 0.46}])
        refunds = self.env["account.move"]
        for cost, discount in ((-3.34, -0.15), (-3.34, -0.15), (-3.33, -0.16)):
            refund = self._create_credit_note(invoice, quantity=1)
            self.assertFacts(refund, [{"cost": cost, "discount": discount}])
            refunds |= refund
        self.assertNothingLeft(invoice | refunds)
        self.assertInStep()

    def test_partial_credit_notes_posted_at_once_make_a_whole(self):
        self.bolt.standard_price = 3.335
        invoice = self._create_invoice({"quantity": 3, "price_unit": 30})
        self.assertFacts(invoice, [{"cost": 10.01}])
        refunds = self.env["account.move"]
        for _third in range(3):
            refunds |= self._create_credit_note(invoice, quantity=1, post=False)
        refunds.action_post()
        self.assertEqual(sorted(self._get_facts(refunds).mapped("cost")), [-3.34, -3.34, -3.33])
        self.assertNothingLeft(invoice | refunds)
        self.env.cr.execute("DELETE FROM isof_trade_line")
        self.facts._sync_everything()
        self.assertNothingLeft(invoice | refunds)

    def test_more_is_credited_than_was_invoiced(self):
        invoice = self._create_invoice({"quantity": 3})
        self._create_credit_note(invoice)
        again = self._create_credit_note(invoice, quantity=1)
        self.assertFacts(again, [{"sold_quantity": -1, "cost": -5, "cost_source": "original"}])

    def test_what_comes_back_to_an_order_costs_what_it_cost_on_the_invoice(self):
        order = self._create_sale({"product_uom_qty": 3}, delivered=3)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertFacts(invoice, [{"cost": 15}])
        self.bolt.standard_price = 9
        refunds = self.env["account.move"]
        for delivered, cost in ((2, -5), (0, -10)):
            order.order_line.qty_delivered = delivered
            refund = order._create_invoices(final=True)
            refund.invoice_date = date(2026, 3, 10)
            refund.action_post()
            refunds |= refund
            self.assertFalse(refund.reversed_entry_id)
            self.assertFacts(refund, [{"cost": cost, "cost_source": "original"}])
        self.assertNothingLeft(invoice | refunds)
        self.env.cr.execute("DELETE FROM isof_trade_line")
        self.facts._sync_everything()
        self.assertNothingLeft(invoice | refunds)

    def test_credit_note_without_an_invoice(self):
        refund = self._create_invoice(move_type="out_refund")
        self.assertFacts(
            refund,
            [{"sold_quantity": -10, "sold_net": -80, "cost": -50, "cost_source": "product"}],
        )

    # Special lines

    def test_down_payment_and_its_settlement(self):
        order = self._create_sale({}, delivered=10)
        advance = self._advance(order, "percentage", amount=25)
        self.assertFacts(
            advance,
            [
                {
                    "role": "down_payment",
                    "sold_quantity": 0,
                    "sold_net": 0,
                    "invoiced_net": 20,
                    "cost": 0,
                    "cost_source": "no_cost",
                    "margin": 0,
                }
            ],
        )
        settlement = self._advance(order, "delivered")
        facts = self._get_facts(settlement)
        goods = facts.filtered(lambda fact: fact.role == "goods")
        self.assertRecordValues(
            goods, [{"sold_quantity": 10, "sold_net": 80, "invoiced_net": 80, "cost": 50}]
        )
        self.assertRecordValues(
            facts - goods, [{"role": "down_payment", "sold_net": 0, "invoiced_net": -20, "cost": 0}]
        )

    def test_global_discount_line(self):
        order = self._create_sale({}, delivered=10)
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertFacts(
            invoice,
            [
                {"role": "goods", "sold_net": 80, "discount": 0, "list_net": 80, "margin": 30},
                {"role": "discount", "sold_net": -8, "discount": 8, "list_net": 0, "margin": -8},
            ],
        )
        self.assertEqual(self._get_facts(invoice).mapped("sold_quantity"), [10, 0])
        refund = self._create_credit_note(invoice)
        self.assertNothingLeft(invoice | refund)

    def test_discount_on_a_line(self):
        invoice = self._create_invoice({"discount": 25})
        self.assertFacts(
            invoice,
            [
                {
                    "sold_net": 60,
                    "discount": 20,
                    "list_net": 80,
                    "discount_rate": 0.25,
                    "sold_price": 6,
                    "margin_rate": 10 / 60,
                }
            ],
        )

    def test_receipts(self):
        sale = self._create_invoice(move_type="out_receipt")
        self.assertFacts(sale, [{"flow": "sale", "sold_quantity": 10, "sold_net": 80, "cost": 50}])
        purchase = self._create_bill(move_type="in_receipt")
        self.assertFacts(
            purchase, [{"flow": "purchase", "bought_quantity": 10, "bought_net": 80, "sold_net": 0}]
        )

    def test_vendor_bill_and_refund(self):
        bill = self._create_bill()
        self.assertFacts(
            bill,
            [
                {
                    "flow": "purchase",
                    "bought_quantity": 10,
                    "bought_net": 80,
                    "billed_net": 80,
                    "bought_price": 8,
                    "sold_quantity": 0,
                    "invoiced_net": 0,
                    "cost_source": False,
                }
            ],
        )
        refund = self._create_credit_note(bill)
        self.assertFacts(refund, [{"bought_quantity": -10, "bought_net": -80, "billed_net": -80}])
        self.assertNothingLeft(bill | refund)

    def test_bill_of_a_purchase_order_is_its_buyers(self):
        order = self._create_purchase(received=2)
        order.action_create_invoice()
        order.invoice_ids.invoice_date = date(2026, 3, 10)
        order.invoice_ids.action_post()
        self.assertFacts(
            order.invoice_ids,
            [{"user_id": self.salesperson_a.id, "bought_quantity": 24, "bought_net": 120}],
        )
        order.user_id = self.salesperson_b
        self.assertEqual(self._get_facts(order.invoice_ids).user_id, self.salesperson_b)
        self.assertInStep()

    # Currencies, companies, units

    def test_other_currency_at_the_rate_of_the_document(self):
        invoice = self._create_invoice(currency_id=self.eur.id)
        invoice_at_own_rate = self._create_invoice(
            currency_id=self.eur.id, invoice_currency_rate=0.2
        )
        for move, sold in ((invoice, 320), (invoice_at_own_rate, 400)):
            self.assertFacts(
                move,
                [
                    {
                        "sold_net": sold,
                        "cost": 50,
                        "margin": sold - 50,
                        "currency_id": self.eur.id,
                        "company_currency_id": self.pln.id,
                    }
                ],
            )

    def test_discount_of_all_in_another_currency(self):
        invoice = self._create_invoice({"discount": 100}, currency_id=self.eur.id)
        self.assertFacts(invoice, [{"sold_net": 0, "discount": 320, "list_net": 320}])

    def test_credit_note_at_a_lower_rate_gives_back_goods(self):
        invoice = self._create_invoice(currency_id=self.eur.id)
        refund = self._create_credit_note(invoice, post=False)
        refund.invoice_currency_rate = 0.5
        refund.action_post()
        self.assertFacts(
            refund,
            [{"is_price_correction": False, "sold_quantity": -10, "sold_net": -160, "cost": -50}],
        )

    def test_two_companies_with_different_currencies_are_never_summed(self):
        moves = self._create_invoice() | self._create_invoice(
            company=self.other_company, invoice_user_id=self.foreign_salesperson.id
        )
        domain = [("move_id", "in", moves.ids)]
        names = ["sold_net", "invoiced_net", "cost", "margin", "current_cost", "list_net"]
        specs = [*(f"{name}:sum" for name in names), "margin_rate:avg", "cost_coverage:avg"]
        self.assertEqual(
            self.facts._read_group(domain, [], [*specs, "sold_quantity:sum"])[0],
            (*[False] * len(specs), 20),
        )
        self.assertEqual(
            self.facts._read_group(domain, ["company_currency_id"], ["sold_net:sum", "cost:sum"]),
            [(self.czk, 80, 50), (self.pln, 80, 50)],
        )

    def test_other_unit_of_measure(self):
        invoice = self._create_invoice({"product_uom_id": self.dozen.id, "quantity": 2})
        self.assertFacts(
            invoice,
            [{"sold_quantity": 24, "sold_net": 16, "cost": 120, "current_cost": 120}],
        )
        self.assertNothingLeft(invoice | self._create_credit_note(invoice))

    # By whom

    def test_two_orders_with_different_campaigns_and_salespeople_on_one_invoice(self):
        other_campaign = self.env["utm.campaign"].create({"title": "Test Autumn Fair"})
        orders = self._create_sale(
            {}, delivered=10, campaign_id=self.campaign.id, team_id=self.team.id
        ) | self._create_sale(
            {}, delivered=10, campaign_id=other_campaign.id, user_id=self.salesperson_b.id
        )
        invoice = orders._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        self.assertFacts(
            invoice,
            [
                {
                    "user_id": self.salesperson_a.id,
                    "campaign_id": self.campaign.id,
                    "team_id": self.team.id,
                },
                {
                    "user_id": self.salesperson_b.id,
                    "campaign_id": other_campaign.id,
                    "team_id": False,
                },
            ],
        )
        orders[1].user_id = self.team_leader
        self.assertEqual(self._get_facts(invoice).user_id, self.salesperson_a | self.team_leader)
        self.assertInStep()

    def test_on_the_invoice_of_one_order_the_invoice_decides(self):
        order = self._create_sale({}, delivered=10)
        invoice = order._create_invoices()
        invoice.action_post()
        invoice.invoice_user_id = self.salesperson_b
        self.assertEqual(self._get_facts(invoice).user_id, self.salesperson_b)
        order.user_id = self.team_leader
        self.assertEqual(self._get_facts(invoice).user_id, self.salesperson_b)

    # Of what

    def test_line_without_product(self):
        invoice = self._create_invoice({"product_id": False, "name": "Packing", "quantity": 2})
        self.assertFacts(
            invoice,
            [{"role": "other", "product_id": False, "sold_quantity": 2, "sold_net": 16}],
        )
        self.assertUnknownCost(invoice)

    def test_goods_services_and_combos(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Test choice",
                "combo_item_ids": [Command.create({"product_id": self.bolt.id})],
            }
        )
        meal = self.env["product.product"].create(
            {
                "name": "Test set",
                "type": "combo",
                "combo_ids": [Command.set(combo.ids)],
                "list_price": 8,
            }
        )
        order = self._create_sale({"product_id": meal.id, "product_uom_qty": 1}, confirm=False)
        order.order_line = [
            Command.create(
                {
                    "product_id": self.bolt.id,
                    "product_uom_qty": 1,
                    "price_unit": 8,
                    "linked_line_id": order.order_line.id,
                    "combo_item_id": combo.combo_item_ids.id,
                }
            ),
            Command.create(
                {"product_id": self.transport.id, "product_uom_qty": 1, "price_unit": 100}
            ),
        ]
        order.action_confirm()
        order.order_line.filtered(lambda line: line.product_id == self.bolt).qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertFacts(
            invoice,
            [
                {"role": "goods", "product_id": self.bolt.id, "sold_quantity": 1, "cost": 5},
                {
                    "role": "service",
                    "product_id": self.transport.id,
                    "sold_quantity": 1,
                    "cost": 40,
                },
            ],
        )
        self.assertEqual(sum(self._get_facts(invoice).mapped("sold_net")), invoice.amount_untaxed)

    def test_product_category_changed_later(self):
        invoice = self._create_invoice()
        self.assertEqual(self._get_facts(invoice).product_category_id, self.category)
        self.bolt.categ_id = self.env["product.category"].create({"name": "Test Iron"})
        self.assertEqual(self._get_facts(invoice).product_category_id.name, "Test Iron")
        self.assertInStep()

    # With whom

    def test_merged_partner(self):
        self.beta.country_id = self.env.ref("base.pl")
        self.alfa.country_id = self.env.ref("base.cz")
        invoice = self._create_invoice()
        region = self._get_facts(invoice).region_id
        self.assertEqual(region, self.region_mazovia)
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((self.alfa | self.beta).ids)],
                "dst_partner_id": self.beta.id,
            }
        )
        wizard.action_merge()
        self.assertFacts(
            invoice,
            [
                {
                    "partner_id": self.beta.id,
                    "contact_id": self.beta.id,
                    "country_id": self.env.ref("base.pl").id,
                    "region_id": self.region_mazovia.id,
                }
            ],
        )
        self.assertInStep()

    def test_reparented_contact(self):
        invoice = self._create_invoice(partner_id=self.alfa_anna.id)
        expected = [{"partner_id": self.alfa.id, "contact_id": self.alfa_anna.id}]
        self.assertFacts(invoice, expected)
        self.alfa_anna.parent_id = self.beta
        self.assertFacts(invoice, expected)
        self.assertInStep()

    def test_group_and_region_stay_as_they_were(self):
        old, new = self.env["isof.partner.group"].create([{"name": "Test A"}, {"name": "Test B"}])
        self.alfa.isof_group_id = old
        invoice = self._create_invoice()
        self.alfa.write({"isof_group_id": new.id, "isof_region_id": self.region_pomerania.id})
        invoice.invoice_user_id = self.salesperson_b
        self.assertFacts(
            invoice,
            [
                {
                    "group_id": old.id,
                    "region_id": self.region_mazovia.id,
                    "user_id": self.salesperson_b.id,
                }
            ],
        )
        self.assertInStep()

    def test_department_changed_later(self):
        old = self._create_invoice()
        self.employee_a.create_version(
            {"date_version": date(2026, 3, 15), "department_id": self.department_inside.id}
        )
        new = self._create_invoice(invoice_date=date(2026, 3, 20))
        self.assertEqual(self._get_facts(old).department_id, self.department_field)
        self.assertEqual(self._get_facts(new).department_id, self.department_inside)
        self.assertInStep()

    def test_department_changed_in_the_past(self):
        invoice = self._create_invoice()
        self.employee_a.create_version(
            {"date_version": date(2026, 3, 5), "department_id": self.department_inside.id}
        )
        self.assertEqual(self._get_facts(invoice).department_id, self.department_inside)
        self.employee_a.version_ids.write({"department_id": self.department_marketing.id})
        self.assertEqual(self._get_facts(invoice).department_id, self.department_marketing)
        self.assertInStep()

    def test_draft_and_edit_and_post_leaves_one_row_a_line(self):
        invoice = self._create_invoice({}, {"product_id": self.transport.id})
        self.bolt.standard_price = 6
        invoice.button_draft()
        self.assertFalse(self._get_facts(invoice))
        invoice.invoice_line_ids[0].quantity = 4
        invoice.invoice_line_ids = [Command.create({"product_id": self.bolt.id, "quantity": 1})]
        invoice.action_post()
        self.assertEqual(self._get_facts(invoice).move_line_id, invoice.invoice_line_ids)
        self.assertEqual(self._get_facts(invoice).mapped("cost"), [24, 400, 6])

    # Costs

    def assertUnknownCost(self, move):  # noqa: N802
        """Check that the cost is no 0 in the database, which would be a margin of 100 %."""
        self.assertEqual(self._get_facts(move).mapped("cost_source"), ["unknown"])
        self.env.cr.execute(
            "SELECT cost, margin, costed_net FROM isof_trade_line WHERE move_id = %s", [move.id]
        )
        self.assertEqual(self.env.cr.fetchall(), [(None, None, None)])

    def test_cost_of_the_product(self):
        invoice = self._create_invoice()
        self.bolt.standard_price = 6
        self.assertFacts(
            invoice,
            [
                {
                    "cost": 50,
                    "cost_source": "product",
                    "margin": 30,
                    "costed_net": 80,
                    "current_cost": 60,
                }
            ],
        )
        self.assertEqual(
            self.facts._read_group([("move_id", "=", invoice.id)], [], ["current_cost:sum"]),
            [(60,)],
        )
        self.assertInStep()

    def test_cost_of_each_company(self):
        self.bolt.with_company(self.other_company).standard_price = 30
        invoice = self._create_invoice(company=self.other_company)
        self.assertFacts(invoice, [{"cost": 300, "current_cost": 300}])

    def test_unknown_cost_is_not_zero(self):
        self.bolt.standard_price = 0
        invoice = self._create_invoice()
        self.assertUnknownCost(invoice)
        known = self._create_invoice({"product_id": self.transport.id, "quantity": 1})
        self.assertEqual(
            self.facts._read_group(
                [("move_id", "in", (invoice | known).ids)],
                [],
                ["sold_net:sum", "costed_net:sum", "margin:sum", "margin_rate:avg"],
            ),
            [(88, 8, -32, -4)],
        )

    def test_coverage_tells_of_how_much_the_cost_is_known(self):
        """As a ratio of sums at each level; where no cost is known it is 0, of nothing none."""
        self.bolt.standard_price = 0
        unknown = self._create_invoice()
        known = self._create_invoice({"product_id": self.transport.id, "quantity": 1})
        given_back = unknown | self._create_credit_note(unknown)
        bill = self._create_bill()
        for moves, coverage in (
            (unknown | known, 8 / 88),
            (unknown, 0),
            (known, 1),
            (given_back, False),
            (bill, False),
        ):
            domain = [("move_id", "in", moves.ids)]
            self.assertEqual(
                self.facts._read_group(domain, [], ["cost_coverage:avg"]), [(coverage,)]
            )
        self.assertRecordValues(
            self._get_facts(unknown) + self._get_facts(known),
            [{"cost_coverage": 0}, {"cost_coverage": 1}],
        )
        self.assertEqual(
            self.facts._read_group(
                [("move_id", "in", (unknown | known).ids)], ["product_id"], ["cost_coverage:avg"]
            ),
            [(self.bolt, 0), (self.transport, 1)],
        )

    def test_cost_stays_unknown_when_it_is_credited(self):
        self.bolt.standard_price = 0
        invoice = self._create_invoice()
        self.bolt.standard_price = 5
        refund = self._create_credit_note(invoice)
        self.assertUnknownCost(refund)

    def test_cost_follows_another_product_or_quantity(self):
        invoice = self._create_invoice()
        self.bolt.standard_price = 6
        invoice.invoice_line_ids.product_id = self.transport
        self.assertFacts(invoice, [{"cost": 400, "product_id": self.transport.id}])
