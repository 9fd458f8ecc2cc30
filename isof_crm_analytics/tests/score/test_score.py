import doctest
from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ...tools import scoring
from ..common import TradeCommon


@tagged("post_install", "-at_install")
class TestScore(TradeCommon):
    """Scores of six customers at the end of March 2026.

    ========  ==========================================  =======  =========  =======
    Customer  Invoices                                    Days     Purchases  Value
    ========  ==========================================  =======  =========  =======
    Alfa      on March 1, 11 and 21: 80 each                  10          3      240
    Beta      on February 19: 80                              40          1       80
    Gamma     on February 19: 80                              40          1       80
    Delta     on January 10: 800, credited but for 20         80          1       20
    Epsilon   on March 30: 160, credited in full             none         0        0
    Zeta      a year before: 80                          too old
    ========  ==========================================  =======  =========  =======
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delta, cls.epsilon, cls.zeta = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Delta", "Epsilon", "Zeta")]
        )
        for day in (1, 11, 21):
            cls._invoice(cls.alfa, date(2026, 3, day), 80)
        cls._invoice(cls.beta, date(2026, 2, 19), 80)
        cls._invoice(cls.gamma, date(2026, 2, 19), 80)
        cls._create_credit_note(cls._invoice(cls.delta, date(2026, 1, 10), 800), price_unit=780)
        cls._create_credit_note(cls._invoice(cls.epsilon, date(2026, 3, 30), 160))
        cls._invoice(cls.zeta, date(2025, 3, 31), 80)
        cls.analyst = cls._create_user("analyst", "isof_crm_analytics.group_all")
        cls.controller = cls._create_user(
            "controller", "isof_crm_analytics.group_all,isof_crm_analytics.group_margin"
        )
        cls.customers = cls.alfa | cls.beta | cls.gamma | cls.delta | cls.epsilon | cls.zeta

    @classmethod
    def _invoice(cls, partner, day, price, **vals):
        """Return an invoice of one bolt, which costs 5."""
        return cls._create_invoice(
            {"quantity": 1, "price_unit": price},
            partner_id=partner.id,
            invoice_date=day,
            **vals,
        )

    def _create_scheme(self, **vals):
        return self.env["isof.score.scheme"].create(
            {
                "name": "Test scheme",
                "company_id": self.company.id,
                "reference_date": date(2026, 3, 31),
                **vals,
            }
        )

    def _run(self, scheme=None, **vals):
        """Return the scores of the run of a scheme by customer."""
        scheme = scheme or self._create_scheme(**vals)
        scheme.action_run()
        return scheme.latest_run_id.score_ids.grouped("partner_id")

    def assertCodes(self, scores, expected):  # noqa: N802
        codes = {partner.name: score.code for partner, score in scores.items()}
        self.assertEqual(codes, {partner.name: code for partner, code in expected.items()})

    # ------------------------------------------------------------
    # RFM
    # ------------------------------------------------------------

    def test_rfm_in_equal_groups(self):
        """Beta and Gamma are equal: they are second in all, of four customers in two groups."""
        scores = self._run(quantiles=2)
        self.assertCodes(
            scores, {self.alfa: "222", self.beta: "111", self.gamma: "111", self.delta: "111"}
        )
        scores = self._run(quantiles=4)
        # recency: Delta, Beta = Gamma, Alfa; frequency: three times once; value as recency
        self.assertCodes(
            scores, {self.alfa: "444", self.beta: "212", self.gamma: "212", self.delta: "111"}
        )

    def test_rfm_by_limits(self):
        scores = self._run(
            method="limit",
            recency_limits="10 40",
            frequency_limits="2 3 4",
            monetary_limits="20,01 80",
        )
        self.assertCodes(
            scores, {self.alfa: "333", self.beta: "213", self.gamma: "213", self.delta: "111"}
        )

    def test_rfm_figures(self):
        scores = self._run()
        self.assertEqual(
            {
                partner.name: (score.recency, score.frequency, score.value, score.position)
                for partner, score in scores.items()
            },
            {
                "Alfa Hurt": (10, 3, 240, 1),
                "Beta Market": (40, 1, 80, 2),
                "Gamma Stal": (40, 1, 80, 2),
                "Delta": (80, 1, 20, 4),
            },
        )

    def test_window(self):
        """A month up to March 31 begins on March 1, and without months all of the past counts."""
        self.assertEqual(set(self._run(months=1)), set(self.alfa))
        scores = self._run(months=0)
        self.assertIn(self.zeta, scores)
        self.assertEqual(scores[self.zeta].recency, 365)
        self.assertIn(self.zeta, self._run(months=13))
        self.assertNotIn(self.zeta, self._run(months=12))

    def test_what_comes_after_the_reference_date_does_not_count(self):
        self.assertEqual(
            set(self._run(reference_date=date(2026, 2, 19), months=6)),
            # Delta's credit note is of March
            {self.beta, self.gamma, self.delta},
        )

    def test_several_lines_are_one_purchase(self):
        self._create_invoice({}, {"price_unit": 3}, partner_id=self.zeta.id)
        self.assertEqual(self._run()[self.zeta].frequency, 1)

    def test_contacts_count_for_their_company(self):
        self._invoice(self.alfa_anna, date(2026, 3, 25), 60)
        score = self._run()[self.alfa]
        self.assertEqual((score.recency, score.frequency, score.value), (6, 4, 300))

    # ------------------------------------------------------------
    # ABC
    # ------------------------------------------------------------

    def test_abc_by_share(self):
        """Of 420 Alfa brings 240 (57 %), Beta and Gamma up to 95.2 %, Delta the rest."""
        self.assertCodes(
            self._run(kind="abc"),
            {
                self.alfa: "A",
                self.beta: "A",
                self.gamma: "A",
                self.delta: "C",
                self.epsilon: "C",
            },
        )
        self.assertCodes(
            self._run(kind="abc", share_a=57, share_b=95.3),
            {
                self.alfa: "A",
                self.beta: "B",
                self.gamma: "B",
                self.delta: "B",
                self.epsilon: "C",
            },
        )

    def test_abc_in_groups_of_customers(self):
        """Of five customers one is 20 %; the second and third are equal, and begin there."""
        self.assertCodes(
            self._run(kind="abc", method="quantile", share_a=20, share_b=60),
            {
                self.alfa: "A",
                self.beta: "B",
                self.gamma: "B",
                self.delta: "C",
                self.epsilon: "C",
            },
        )

    def test_abc_by_limits(self):
        self.assertCodes(
            self._run(kind="abc", method="limit", monetary_limits="20 80.01"),
            {
                self.alfa: "A",
                self.beta: "B",
                self.gamma: "B",
                self.delta: "B",
                self.epsilon: "C",
            },
        )

    def test_abc_by_margin(self):
        """A price correction lowers Delta's margin like its turnover, to 20 - 5."""
        scores = self._run(kind="abc", measure="margin")
        self.assertEqual(
            {partner.name: score.value for partner, score in scores.items()},
            {
                "Alfa Hurt": 225,
                "Beta Market": 75,
                "Gamma Stal": 75,
                "Delta": 15,
                "Epsilon": 0,
            },
        )

    def test_limits(self):
        failed, attempted = doctest.testmod(scoring)
        self.assertTrue(attempted)
        self.assertFalse(failed)

    # ------------------------------------------------------------
    # Schemes and runs
    # ------------------------------------------------------------

    def test_history(self):
        scheme = self._create_scheme(kind="abc", share_a=50, share_b=60)
        self._run(scheme)
        first = scheme.latest_run_id
        self._invoice(self.delta, date(2026, 3, 31), 1000)
        self._run(scheme)
        self.assertEqual(first.score_ids.filtered(lambda s: s.code == "A").partner_id, self.alfa)
        self.assertFalse(first.is_latest)
        self.assertRecordValues(
            scheme.latest_run_id,
            [{"date_from": date(2025, 4, 1), "date_to": date(2026, 3, 31), "score_count": 5}],
        )
        self.assertIn("Class A up to (%): 50", scheme.latest_run_id.settings)
        self.assertEqual(self.delta.isof_abc, "A")
        # the run before counts again if the latest one is deleted
        scheme.latest_run_id.unlink()
        self.env.invalidate_all()
        self.assertEqual(scheme.latest_run_id, first)
        self.assertEqual(self.delta.isof_abc, "C")

    def test_scheduled(self):
        weekly, never = (self._create_scheme(rerun=rerun) for rerun in ("week", False))
        Scheme = self.env["isof.score.scheme"]
        (Scheme.search([]) - weekly - never).active = False
        self._run_cron()
        self.assertEqual((len(weekly.run_ids), len(never.run_ids)), (1, 0))
        self._run_cron()
        self.assertEqual(len(weekly.run_ids), 1, "it is run before a week is over")
        weekly.latest_run_id.computed_at -= timedelta(days=7)
        self._run_cron()
        self.assertEqual(len(weekly.run_ids), 2)

    def _run_cron(self):
        with patch.object(self.registry["ir.cron"], "_commit_progress", return_value=60):
            self.env["isof.score.scheme"]._cron_run()

    def test_reference_date_is_today_if_none_is_given(self):
        scheme = self._create_scheme(reference_date=False)
        self._run(scheme)
        self.assertEqual(scheme.latest_run_id.date_to, date(2026, 3, 11))

    def test_wrong_settings(self):
        for vals, message in (
            ({"method": "share"}, "no shares of a total"),
            ({"method": "limit", "recency_limits": "30 10"}, "Recency .Days.: write numbers"),
            ({"method": "limit", "recency_limits": "x"}, "Recency .Days.: write numbers"),
            ({"method": "limit", "recency_limits": ""}, "Recency .Days.: write one to eight"),
            ({"kind": "abc", "method": "limit", "monetary_limits": "1"}, "needs two limits"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, message):
                self._create_scheme(**vals)

    def test_the_method_follows_the_kind(self):
        self.assertEqual(self._create_scheme(kind="abc").method, "share")
        self.assertEqual(self._create_scheme(kind="rfm").method, "quantile")

    # ------------------------------------------------------------
    # Use
    # ------------------------------------------------------------

    def _set_up_schemes(self):
        rfm = self._create_scheme(quantiles=4)
        abc = self._create_scheme(kind="abc", share_a=50, share_b=60)
        other = self._create_scheme(kind="abc", sequence=20, share_a=1, share_b=2)
        for scheme in (rfm, abc, other):
            self._run(scheme)
        self.env.flush_all()
        self.env.invalidate_all()
        return rfm, abc, other

    def test_contractors_are_found_and_grouped(self):
        self._set_up_schemes()
        partners = self.env["res.partner"].with_user(self.salesperson_a)
        ours = [("id", "in", self.customers.ids)]
        found = {
            name: set(partners.search([*ours, condition]).ids)
            for name, condition in {
                "a": ("isof_abc", "=", "A"),
                "a or none": ("isof_abc", "in", ["A", False]),
                "not a": ("isof_abc", "!=", "A"),
                "marks": ("isof_rfm", "=ilike", "4%"),
                "no marks": ("isof_rfm", "=", False),
                "any": ("isof_score_ids", "any", [("frequency_score", "=", 1)]),
            }.items()
        }
        self.assertEqual(found["a"], set(self.alfa.ids))
        self.assertEqual(found["a or none"], {self.alfa.id, self.zeta.id})
        self.assertEqual(found["not a"], set((self.customers - self.alfa).ids))
        self.assertEqual(found["marks"], set(self.alfa.ids))
        self.assertEqual(found["no marks"], {self.epsilon.id, self.zeta.id})
        self.assertEqual(found["any"], {self.beta.id, self.gamma.id, self.delta.id})
        self.assertEqual(
            partners._read_group(ours, ["isof_abc"], ["__count"]),
            [("A", 1), ("B", 2), ("C", 2), (False, 1)],
        )
        self.assertEqual(partners.browse(self.alfa_anna.id).isof_abc, "A")
        self.assertEqual(partners.browse(self.alfa.id).isof_rfm, "444")
        self.assertTrue(partners.fields_get(["isof_abc"])["isof_abc"]["groupable"])

    def test_segments_begin_with_scores(self):
        """Only for those who may read scores; what they begin with is a rule."""
        Segment = self.env["isof.segment"]

        def get_offered(user):
            fields = Segment.with_user(user).fields_get(["starter"], ["selection"])
            return {key for key, _label in fields["starter"]["selection"]}

        marketer = self._create_user("score_marketer", "isof_crm.group_marketing")
        self.assertFalse(get_offered(marketer) & {"abc", "rfm"})
        marketer.group_ids += self.env.ref("isof_crm_analytics.group_own")
        for key in ("abc", "rfm"):
            self.assertIn(key, get_offered(marketer))
            form = Form(Segment.with_user(marketer))
            form.name = "Test scores"
            form.starter = key
            self.assertIn(f"isof_{key}", form.domain)
            self.assertFalse(form.preview_error)

    def test_segment(self):
        self._set_up_schemes()
        segment = (
            self.env["isof.segment"]
            .with_user(self.salesperson_a)
            .create(
                {
                    "name": "Test A",
                    "domain": repr(
                        [("isof_abc", "=", "A"), ("isof_score_ids", "any", [("code", "=", "444")])]
                    ),
                }
            )
        )
        self.assertFalse(segment.error)
        self.assertEqual(segment.member_ids, self.alfa)

    def test_dimension_of_the_facts(self):
        self._set_up_schemes()
        facts = self.facts.with_user(self.analyst)
        domain = [("partner_id", "in", self.customers.ids)]
        groups, [total] = facts.formatted_read_grouping_sets(
            domain, [["isof_abc"], []], ["sold_net:sum"]
        )
        figures = {group["isof_abc"]: group["sold_net:sum"] for group in groups}
        self.assertEqual(figures, {"A": 240, "B": 160, "C": 20, False: 80})
        self.assertEqual(total["sold_net:sum"], 500)
        self.assertEqual(facts.search([*domain, ("isof_rfm", "=", "444")]).partner_id, self.alfa)

    def test_each_company_has_its_own_scores(self):
        self._set_up_schemes()
        self._invoice(
            self.alfa,
            date(2026, 3, 20),
            1,
            company=self.other_company,
            invoice_user_id=self.foreign_salesperson.id,
        )
        self._invoice(
            self.beta,
            date(2026, 3, 20),
            500,
            company=self.other_company,
            invoice_user_id=self.foreign_salesperson.id,
        )
        scheme = self._create_scheme(
            kind="abc", share_a=50, share_b=60, company_id=self.other_company.id
        )
        scores = self._run(scheme)
        self.assertCodes(scores, {self.beta: "A", self.alfa: "C"})
        self.assertEqual(scores[self.alfa].company_currency_id, self.czk)
        self.analyst.company_ids += self.other_company
        self.env.invalidate_all()
        both = (self.company | self.other_company).ids
        facts = self.facts.with_user(self.analyst).with_context(allowed_company_ids=both)
        found = facts.search([("isof_abc", "=", "A"), ("partner_id", "in", self.customers.ids)])
        self.assertEqual(
            {(fact.company_id, fact.partner_id) for fact in found},
            {(self.company, self.alfa), (self.other_company, self.beta)},
        )
        partners = self.env["res.partner"].with_user(self.analyst)
        for company, partner in ((self.company, self.alfa), (self.other_company, self.beta)):
            self.assertEqual(
                partners.with_company(company).search(
                    [("isof_abc", "=", "A"), ("id", "in", self.customers.ids)]
                ),
                partner,
            )

    def test_merged_contacts(self):
        scheme = self._create_scheme(kind="abc")
        self._run(scheme)
        only_beta = self._create_scheme(name="Beta", months=0)
        self._run(only_beta)
        only_beta.latest_run_id.score_ids.filtered(
            lambda score: score.partner_id == self.gamma
        ).sudo().unlink()
        self.env["base.partner.merge.automatic.wizard"].with_user(self.env.user)._merge(
            (self.beta | self.gamma).ids, self.gamma
        )
        self.env.invalidate_all()
        for run in (scheme | only_beta).run_ids:
            scores = run.score_ids.filtered(lambda score: score.partner_id == self.gamma)
            self.assertEqual(len(scores), 1, run.scheme_id.name)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_who_may_score(self):
        scheme = self._create_scheme()
        for user in (self.salesperson_a, self.team_leader):
            with self.subTest(user.login), self.assertRaises(AccessError):
                scheme.with_user(user).action_run()
        scheme.with_user(self.analyst).action_run()
        self.assertEqual(scheme.latest_run_id.create_uid, self.analyst)
        for user in (self.analyst, self.manager):
            for model in ("isof.score", "isof.score.run"):
                with self.subTest(user.login, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).check_access("create")
            with self.assertRaises(AccessError):
                scheme.latest_run_id.score_ids.with_user(user).write({"code": "999"})

    def test_the_figures_are_not_for_everybody(self):
        scores = self._run()[self.alfa]
        seller = scores.with_user(self.salesperson_a)
        self.assertEqual(
            seller.read(["code", "monetary_score"]),
            [{"id": scores.id, "code": "444", "monetary_score": 4}],
        )
        for name in ("value", "frequency", "recency", "position"):
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    seller.read([name])
                with self.assertRaises(AccessError):
                    seller.search([(name, ">", 1)])
                with self.assertRaises(AccessError):
                    seller._read_group([], ["partner_id"], [f"{name}:sum"])
                scores.with_user(self.analyst).read([name])

    def test_margins_are_for_those_who_may_see_them(self):
        scheme = self._create_scheme(kind="abc", measure="margin", share_a=50, share_b=60)
        self._run(scheme)
        self.env.invalidate_all()
        for user, is_visible in (
            (self.salesperson_a, False),
            (self.analyst, False),
            (self.controller, True),
            (self.manager, True),
        ):
            env = self.env(user=user)
            with self.subTest(user.login):
                for model, domain in (
                    ("isof.score.scheme", [("id", "=", scheme.id)]),
                    ("isof.score.run", [("scheme_id", "=", scheme.id)]),
                    ("isof.score", [("run_id", "=", scheme.latest_run_id.id)]),
                ):
                    self.assertEqual(bool(env[model].search(domain)), is_visible, model)
                partner = env["res.partner"].browse(self.alfa.id)
                self.assertEqual(partner.isof_abc, "A" if is_visible else False)
                self.assertEqual(
                    bool(env["res.partner"].search([("isof_abc", "=", "A")])), is_visible
                )
                self.assertEqual(
                    bool(env["isof.trade.line"].search([("isof_abc", "=", "A")])), is_visible
                )
        with self.assertRaises(AccessError):
            self.env["isof.score.scheme"].with_user(self.analyst).create(
                {"name": "Margins", "kind": "abc", "measure": "margin"}
            )

    def test_without_a_role_there_are_no_scores(self):
        self._run()
        partners = self.env["res.partner"].with_user(self.outsider)
        with self.assertRaises(AccessError):
            partners.search([("isof_abc", "=", "A")])
        with self.assertRaises(AccessError):
            self.env["isof.score"].with_user(self.outsider).search([])
        self.assertNotIn("isof_abc", partners.fields_get())
