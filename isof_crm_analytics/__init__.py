from . import models, reports, wizards


def uninstall_hook(env):
    """Take the periods' fields off other add-ons' models, and the favourites that use them."""
    env["isof.period.type"].with_context(active_test=False).search([]).unlink()
