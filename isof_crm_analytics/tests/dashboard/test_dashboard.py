import json

from lxml import etree

from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import file_open

from odoo.addons.spreadsheet.utils.validate_data import odoo_view_links

from .dashboard_common import OPEN_DASHBOARD

NAMES = ("sales", "margins", "salespeople", "customers", "campaigns", "activities")
TIMELESS = {"period"}
# Opens every dashboard of the add-on one after the other, and fails on a dashboard that is not
# there.
OPEN_ALL = (
    OPEN_DASHBOARD
    + """
    const wanted = %s;
    (async () => {
        const there = [...document.querySelectorAll(".o_spreadsheet_dashboard_search_panel li")]
            .map((item) => item.dataset.name);
        const missing = wanted.shown.filter((name) => !there.includes(name));
        const forbidden = wanted.hidden.filter((name) => there.includes(name));
        if (missing.length || forbidden.length) {
            throw new Error(`missing: ${missing}; forbidden: ${forbidden}`);
        }
        for (const name of wanted.shown) {
            const model = await open(name);
            if (!getCells(model).some((cell) => cell.type === "number")) {
                throw new Error(`${name} shows no figure`);
            }
        }
        console.log("test successful");
    })().catch((error) => console.error(error.message));
"""
)


@tagged("post_install", "-at_install")
class TestDashboardMeasures(TransactionCase):
    def test_measures_are_added_up_and_written_as_their_fields_declare(self):
        for name in NAMES:
            with file_open(f"isof_crm_analytics/data/files/{name}_dashboard.json") as file:
                pivots = json.load(file)["pivots"].values()
            for pivot in pivots:
                model = self.env[pivot["model"]]
                if not hasattr(model, "_get_figures"):
                    continue
                for measure in pivot["measures"]:
                    field = model._fields.get(measure["fieldName"])
                    if not field or "computedBy" in measure:
                        continue
                    with self.subTest(dashboard=name, model=model._name, field=field.name):
                        # what is no measure is counted
                        is_measure = field.name in model._get_measure_names()
                        aggregator = field.aggregator if is_measure else "count_distinct"
                        self.assertEqual(measure["aggregator"], aggregator)
                        is_part = getattr(field, "ratio", ()) and model._is_percentage(field.name)
                        self.assertEqual(measure["format"].endswith("%"), bool(is_part))


@tagged("post_install", "-at_install")
class TestDashboard(HttpCase):
    """Each role sees its dashboards, and every figure on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "dashboard", "isof_crm.group_user")
        cls.dashboards = {
            name: cls.env.ref(f"isof_crm_analytics.spreadsheet_dashboard_{name}") for name in NAMES
        }

    def _open(self, groups, shown):
        """Open the dashboards that somebody of some groups is to see."""
        for group in groups:
            self.user.group_ids += self.env.ref(f"isof_crm_analytics.{group}")
        names = {name: self.dashboards[name].name for name in NAMES}
        wanted = {
            "shown": [names[name] for name in shown],
            "hidden": [names[name] for name in NAMES if name not in shown],
        }
        self.browser_js(
            "/odoo/dashboards",
            OPEN_ALL % json.dumps(wanted),
            "Boolean(document.querySelector('.o_spreadsheet_dashboard_search_panel li'))",
            login="dashboard",
            timeout=180,
        )

    def test_with_activities_only(self):
        self._open((), ("activities",))

    def test_own_figures(self):
        self._open(("group_own",), ("sales", "salespeople", "customers", "activities"))

    def test_all_figures_without_margins(self):
        self._open(("group_all",), ("sales", "salespeople", "customers", "campaigns", "activities"))

    def test_own_margins(self):
        self._open(
            ("group_margin",), ("sales", "margins", "salespeople", "customers", "activities")
        )

    def test_all_figures(self):
        self._open(("group_all", "group_margin"), NAMES)

    def _read_spreadsheet(self, name):
        with file_open(f"isof_crm_analytics/data/files/{name}_dashboard.json") as stream:
            return json.load(stream)

    def test_headings_open_reports(self):
        """By their names in the reader's language, and in the period of the dashboard."""
        for name in NAMES:
            links = odoo_view_links(self._read_spreadsheet(name))
            self.assertTrue(links)
            for link in links:
                with self.subTest(dashboard=name, link=link["name"]):
                    self._check_link(link["action"])

    def _check_link(self, link):
        action = self.env.ref(link["xmlId"])
        self.assertEqual(action.res_model, link["modelName"])
        view = self.env[action.res_model].get_view(action.search_view_id.id, "search")
        search = etree.fromstring(view["arch"])
        prefix = "search_default_"
        for key, value in link["context"].items():
            if key.startswith(prefix):
                filters = search.xpath(f"//filter[@name='{key.removeprefix(prefix)}'][@date]")
                self.assertTrue(filters, key)
                self.assertEqual(value, "year")

    def test_every_filter_is_about_every_figure(self):
        """But for the period, which is not about what is so today."""
        for name in NAMES:
            spreadsheet = self._read_spreadsheet(name)
            models = {item["id"]: item.get("modelName") for item in spreadsheet["globalFilters"]}
            for pivot in spreadsheet["pivots"].values():
                self.assertLessEqual(models.keys() - pivot["fieldMatching"].keys(), TIMELESS)
                for filter_id, matching in pivot["fieldMatching"].items():
                    field = self._find_field(pivot["model"], matching["chain"])
                    self.assertEqual(field.type, matching["type"])
                    self.assertEqual(field.comodel_name, models[filter_id])

    def _find_field(self, model, chain):
        """Return the field at the end of a chain of links."""
        *path, name = chain.split(".")
        records = self.env[model]
        for link in path:
            records = records[link]
        return records._fields[name]
