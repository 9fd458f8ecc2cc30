from . import test_bounds, test_js, test_resource_rights, test_settings, test_tools, test_weaker
