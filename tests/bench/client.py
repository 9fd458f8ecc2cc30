"""What the web client asks the server for, taken from the views themselves."""

from ast import literal_eval

from lxml import etree

# Widgets that read more of the records behind a field than their names, or more fields.
TAGS = {
    "many2many_tags": ["display_name"],
    "many2many_tags_avatar": ["display_name"],
    "many2many_avatar_user": ["display_name"],
}
LIST_ACTIVITY = (
    "activity_exception_decoration",
    "activity_exception_icon",
    "activity_state",
    "activity_summary",
    "activity_type_icon",
    "activity_type_id",
)
# The client counts no further than this, and shows "10,000+".
COUNT_LIMIT = 10_001


def specification(env, model, view_type, view=False):
    """Return what the client reads of the records of a view, as it asks ``web_read`` for it.

    :param view: xml id of the view; the model's first one if not given
    """
    view_id = env.ref(view).id if view else False
    arch = env[model].get_view(view_id, view_type)["arch"]
    return _fields_spec(env, model, etree.fromstring(arch))


def column_names(env, view_type):
    """Return the fields that a calendar reads."""
    arch = etree.fromstring(env["isof.activity"].get_view(False, view_type)["arch"])
    names = [node.get("name") for node in arch.iter("field")]
    names += [arch.get(name) for name in ("date_start", "date_stop", "all_day", "color")]
    return list(dict.fromkeys(["display_name", *names]))


def search_panel(env):
    """Return the arguments of the calls that fill the search panel: (method, field, options)."""
    arch = etree.fromstring(env["isof.activity"].get_view(False, "search")["arch"])
    calls = []
    for node in arch.iterfind(".//searchpanel/field"):
        multi = node.get("select") == "multi"
        options = {
            "enable_counters": node.get("enable_counters") == "1",
            "expand": node.get("expand") == "1",
            "limit": int(node.get("limit") or 200),
            "comodel_domain": literal_eval(node.get("domain") or "[]"),
        }
        if not multi:
            options["hierarchize"] = node.get("hierarchize") != "0"
        method = f"search_panel_select_{'multi_' if multi else ''}range"
        calls.append((method, node.get("name"), options))
    return calls


def _fields_spec(env, model, arch):
    spec = {}
    for node in _own_fields(arch):
        name, widget = node.get("name"), node.get("widget")
        field = env[model]._fields[name]
        always_hidden = (node.get("invisible") or node.get("column_invisible")) in ("True", "1")
        if field.type in ("many2one", "reference"):
            spec[name] = {"fields": {} if always_hidden else {"display_name": {}}}
        elif field.type in ("one2many", "many2many") and not always_hidden:
            spec[name] = _x2many_spec(env, field, node, widget)
        else:
            spec[name] = {}
        if widget == "list_activity":
            spec |= {name: {} for name in LIST_ACTIVITY}
            spec["activity_type_id"] = {"fields": {"display_name": {}}}
    return spec


def _x2many_spec(env, field, node, widget):
    if widget in TAGS:
        color = literal_eval(node.get("options") or "{}").get("color_field")
        names = [*TAGS[widget], *([color] if color else [])]
        return {"fields": {name: {} for name in names}, "limit": 40}
    if widget in ("list_activity", "mail_activity"):
        return {}
    arch = next((child for child in node if child.tag in ("list", "kanban")), None)
    if arch is None:
        arch = etree.fromstring(
            env[field.comodel_name].with_context(**_view_refs(node)).get_view(False, "list")["arch"]
        )
    spec = {
        "fields": _fields_spec(env, field.comodel_name, arch),
        "limit": int(arch.get("limit") or 40),
    }
    if order := arch.get("default_order"):
        spec["order"] = order
    return spec


def _view_refs(node):
    """Return the view that the context of a field names."""
    _before, found, after = (node.get("context") or "").partition("'list_view_ref': '")
    return {"list_view_ref": after.partition("'")[0]} if found else {}


def _own_fields(arch):
    """Yield the field nodes of a view, not those of the views inside its fields."""
    for child in arch:
        if child.tag == "field":
            yield child
        elif isinstance(child.tag, str):
            yield from _own_fields(child)
