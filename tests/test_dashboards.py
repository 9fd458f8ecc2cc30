"""The files of the dashboards are what ``tools/dashboards.py`` writes."""

import dashboards
import pytest


@pytest.mark.parametrize("name", [f"{name}_dashboard.json" for name in dashboards.DASHBOARDS])
def test_file_is_what_is_written(name):
    written = (dashboards.FILES / name).read_text()
    assert written == dashboards.get_files()[name], "call tools/dashboards.py and commit"
