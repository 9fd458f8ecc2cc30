from lxml import etree

from odoo import fields
from odoo.fields import Domain
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, tagged
from odoo.tools import date_utils
from odoo.tools.safe_eval import safe_eval

from ..roles_common import CLICKED_AS, EachRole

PAGE = 80  # rows that the client asks for at first
NUMBERS = ("integer", "float", "monetary")
# into the search box, by the type of the field
TYPED = {
    **dict.fromkeys(("char", "text", "html", "many2one", "many2many", "one2many"), "ann"),
    **dict.fromkeys(NUMBERS, 7),
}
# others group by the same methods as these
GROUPED = ("list", "pivot")
PANEL = {"one": "search_panel_select_range", "multi": "search_panel_select_multi_range"}


class Screen:
    """What the web client asks for where a user opens an action of windows."""

    def __init__(self, env, action):
        self.env = env
        context = self._evaluate(action["context"])
        self.model = env[action["res_model"]].with_context(**context)
        self.domain = Domain(self._evaluate(action["domain"] or "[]"))
        search = (action["search_view_id"] or [False])[0]
        views = [[view, kind] for view, kind in action["views"] if kind != "form"]
        described = self._call("get_views", [*views, [search, "search"]], {})
        self.fields = described["models"][self.model._name]["fields"]
        self.arches = {
            kind: etree.fromstring(view["arch"]) for kind, view in described["views"].items()
        }
        self.search = self.arches.pop("search")

    def get_calls(self):
        """Yield what each call is for, the name of its method and its arguments.

        A filter or a group is asked for alone, without what the action asks for: like that it is
        the same in each menu of a model, and a role has some hundreds of them.
        """
        for kind in self.arches:
            yield f"{kind} view", *self._get_call(kind, self.domain, measures=self.fields)
            for name, key in self._get_groups():
                if kind in GROUPED:
                    yield f"{kind} view by {name}", *self._get_call(kind, key=key)
        for name, domain in self._get_domains():
            yield name, *self._get_call(next(iter(self.arches)), domain)
        for node in self.search.iterfind("searchpanel/field"):
            name = node.get("name")
            yield f"search panel {name}", PANEL[node.get("select", "one")], (name,), {}

    def run(self, method, args, kwargs):
        """Make a call, as the client would."""
        self._call(method, *args, **kwargs)

    def _call(self, method, *args, **kwargs):
        return call_kw(self.model, method, args, {**kwargs, "context": self.model.env.context})

    def _evaluate(self, text, typed=""):
        return safe_eval(text, {"uid": self.env.uid, "self": typed, "raw_value": typed})

    def _get_domains(self):
        """Yield the name and the domain of each filter, and of each field that one types into."""
        for node in self.search.iter("filter"):
            domain = Domain(self._evaluate(node.get("domain") or "[]"))
            if date := node.get("date"):
                first, last = date_utils.get_month(fields.Date.context_today(self.model))
                domain &= Domain(date, ">=", first) & Domain(date, "<=", last)
            if not domain.is_true():
                yield f"filter {node.get('name')}", domain
        for node in self.search.xpath("(. | group)/field[not(@invisible)]"):
            name = node.get("name")
            typed = TYPED.get(self.fields[name]["type"])
            if typed and (text := node.get("filter_domain")):
                yield f"search for {name}", Domain(self._evaluate(text, typed))
            elif typed:
                yield f"search for {name}", Domain(name, node.get("operator", "ilike"), typed)

    def _get_groups(self):
        """Yield the name and the key of each filter that groups."""
        for node in self.search.iter("filter"):
            key = self._evaluate(node.get("context") or "{}").get("group_by")
            if not key:
                continue
            name = key.partition(":")[0]
            kind = self.fields.get(name, {}).get("type")
            if key == name and kind in ("date", "datetime"):
                key += ":month"
            if kind != "properties":  # these the client asks for first
                yield f"filter {node.get('name')}", key

    def _get_call(self, kind, domain=Domain.TRUE, key=None, measures=()):
        """Return the call that fills a view of a kind, with a domain and perhaps a group."""
        domain, keys = list(domain), [key] if key else []
        if kind == "graph":
            return "formatted_read_group", (domain, keys, self._get_sums(measures)), {}
        if kind == "pivot":
            args = (domain, [[], keys], self._get_sums(measures))
            return "formatted_read_grouping_sets", args, {}
        nodes = self.arches[kind].xpath("//field[not(ancestor::field)]")
        names = {node.get("name"): None for node in nodes}
        if key:
            return "web_read_group", (domain, keys, self._get_sums(names)), {"limit": PAGE}
        shown = {
            name: {"fields": {"display_name": {}}} if self.fields[name].get("relation") else {}
            for name in names
        }
        return "web_search_read", (domain, shown), {"limit": PAGE}

    def _get_sums(self, names):
        facts = {name: self.fields[name] for name in names}
        return [
            "__count",
            *(
                f"{name}:{fact['aggregator']}"
                for name, fact in facts.items()
                if fact.get("aggregator") and fact["type"] in NUMBERS
            ),
        ]


@tagged("post_install", "-at_install")
class TestFilters(EachRole, TransactionCase):
    """Each filter and group of each menu works as each role, in each kind of view.

    It asks the server for what the client would; no browser has the time for all of them.
    """

    maxDiff = None  # all that has failed

    def _test_as(self, role, user):
        if role in CLICKED_AS:
            self.skipTest("clicked on by the robot")
        env = self.env(user=user)
        tried, failed = set(), {}
        for path, menu in self._get_menus(user):
            action = env[menu["actionModel"]].sudo().browse(menu["actionID"])
            if action._name != "ir.actions.act_window" or action.view_mode == "form":
                continue
            screen = Screen(env, action._get_action_dict())
            for what, method, args, kwargs in screen.get_calls():
                # several menus have the same search
                key = repr((screen.model._name, method, args))
                if key in tried:
                    continue
                tried.add(key)
                try:
                    with self.env.cr.savepoint():
                        screen.run(method, args, kwargs)
                except Exception as error:
                    failed[f"{path}: {what}"] = repr(error)
        self.assertEqual(failed, {})
        self.assertGreater(len(tried), 200)
