"""What the scripts share that try in the demo company what clients may call; see ``conftest.py``.

Its text goes before that of a script for ``./isof odoo shell``. Whatever a call changes is taken
back, and a script prints what it found as one line of JSON, by ``tell``.
"""

# the shell's env; a script that prints
# ruff: noqa: F821, T201

import json
import logging

from odoo.service.model import call_kw
from odoo.tests import new_test_user

OURS = ("isof_crm", "isof_crm_resources", "isof_crm_analytics")
# from the least role to the highest
ROLES = {
    "public": "base.group_public",
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "user": "isof_crm.group_user",
    "team leader": "isof_crm.group_team_leader",
    "marketing": "isof_crm.group_marketing",
    "resource manager": "isof_crm_resources.group_resource_manager",
    "own figures": "isof_crm_analytics.group_own",
    "all figures": "isof_crm_analytics.group_all",
    "margins": "isof_crm_analytics.group_margin",
    "commission manager": "isof_crm_analytics.group_commission_manager",
    "manager": "isof_crm.group_manager",
}

logging.disable(logging.ERROR)


def refuses(call, *errors):
    """Whether a call of a client is refused; what it has done is undone."""
    try:
        with env.cr.savepoint() as savepoint:
            call()
            env.flush_all()
            savepoint.rollback()
    except errors:
        return True
    except Exception:
        return False
    finally:
        env.invalidate_all()
    return False


def rpc(user, model, method, *args, **kwargs):
    """Return what a user gets by calling a method of a model.

    The companies that are switched on are those of the user's context; without it, all.
    """
    context = {**user.env.context, **kwargs.pop("context", {})}
    return call_kw(env[model].with_user(user), method, list(args), {**kwargs, "context": context})


def create_users(suffix="", **vals):
    """Return a user of each role, who may export, by role."""
    users = {}
    for role, group in ROLES.items():
        groups = group if role in ("portal", "public") else f"{group},base.group_allow_export"
        login = f"isof_{role.replace(' ', '_')}{suffix}"
        users[role] = new_test_user(env, login, groups, **vals)
    return users


def is_ours(field):
    """Whether a field is one of ours, or changed by us."""
    return bool(set(OURS) & set(field._modules))


def get_models():
    """Return the names of our models, but for abstract ones."""
    return sorted(
        name
        for name, model in env.registry.items()
        if model._original_module in OURS and not model._abstract
    )


def tell(facts):
    """Print what was found, for the test that has the script run."""
    env.cr.rollback()
    print("FACTS", json.dumps(facts))
