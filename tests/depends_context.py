"""What methods that compute a field, or make a report's query, read of their reader.

A script after ``client_calls.py``; ``test_reading.py`` says what is right. Methods are looked at by
their source, with those of the same model that they call.
"""

# names of client_calls.py and of the shell
# ruff: noqa: F821

import ast
import inspect
import textwrap

# what calls and attributes of the environment depend on
BY_CALL = {
    ("uid", "allowed_company_ids"): (
        *("search", "search_count", "search_fetch", "search_read", "_search"),
        *("_read_group", "formatted_read_group", "_filtered_access"),
    ),
    ("uid",): ("has_access", "check_access", "has_group"),
    ("lang",): (
        *("_", "formatLang", "format_date", "format_datetime", "format_time"),
        *("format_clock", "format_moment"),
        *("_description_selection", "_description_string"),
    ),
    ("tz", "uid"): ("context_today", "context_timestamp"),
}
BY_ENVIRONMENT = {
    "user": {"uid"},
    "uid": {"uid"},
    "company": {"company"},
    "companies": {"allowed_company_ids"},
    "tz": {"tz", "uid"},
    "lang": {"lang"},
}
# declaring the key makes these known, too
IMPLIED = {"allowed_company_ids": {"company"}}


def get_name(node):
    return getattr(node, "attr", getattr(node, "id", None))


def read_keys(tree):
    """Return the context keys that a source reads, and the names of what it calls on records."""
    keys, called = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and get_name(node.value) == "env":
            keys |= BY_ENVIRONMENT.get(node.attr, set())
        elif isinstance(node, ast.Subscript) and get_name(node.value) == "context":
            keys.add(getattr(node.slice, "value", None))
        elif isinstance(node, ast.Call):
            for read, names in BY_CALL.items():
                keys.update(read if get_name(node.func) in names else ())
            if isinstance(node.func, ast.Attribute):
                called.add(node.func.attr)
                if node.func.attr == "get" and get_name(node.func.value) == "context":
                    keys.add(getattr(node.args[0], "value", None))
    # defaults are of new records, which no other reader has
    return {key for key in keys if key and not key.startswith("default_")}, called


def find_keys(cls, name, seen):
    """Return the context keys that a method of ours reads, itself or by others of its model."""
    if name in seen:
        return set()
    seen.add(name)
    found = set()
    for definition in cls.mro():
        method = vars(definition).get(name)
        method = getattr(method, "fget", method)
        if not any(f".{addon}." in getattr(method, "__module__", "") for addon in OURS):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
        except (OSError, TypeError, SyntaxError):
            continue  # no method
        keys, called = read_keys(tree)
        found |= keys
        for each in called:
            found |= find_keys(cls, each, seen)
    return found


def find_undeclared():
    """Yield the methods that read more than they say, with what, and how many were looked at."""
    for name in sorted(env.registry):
        model, cls = env[name], type(env[name])
        if model._abstract:
            continue
        sources = {
            (field.compute, field): find_keys(cls, field.compute, set())
            for field in model._fields.values()
            if is_ours(field) and not field.inherited and not field.store
            if isinstance(field.compute, str)
        }
        if model._table_query and model._original_module in OURS:
            column = next(f for f in model._fields.values() if f.store and f.name != "id")
            sources["_table_query", column] = find_keys(cls, "_table_query", set())
        looked_at.update(f"{name}.{method}" for method, _field in sources)
        for (method, field), keys in sources.items():
            declared = set(env.registry.field_depends_context[field])
            declared.update(*(IMPLIED.get(key, ()) for key in declared))
            for key in keys - declared:
                yield f"{name}.{method}: {key}"


looked_at = set()
undeclared = sorted(set(find_undeclared()))
tell({"undeclared": undeclared, "looked_at": len(looked_at)})
