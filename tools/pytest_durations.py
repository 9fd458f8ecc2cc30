"""How long tests take: measured though their clocks stand still, and kept for the next run.

Where tests run side by side, a process that has nothing to do takes the next class or module. The
longest ones come first, so that the processes come to their end at the same time.
"""

import json
import os
from collections import defaultdict

import freezegun
import pytest
from isof_cli import config as isof_config

# pytest's own clock, which has to go on where a test stops the clocks of all modules
freezegun.configure(extend_ignore_list=["_pytest.timing"])


def pytest_configure(config):
    """Keep the record where tests run side by side, and go by it in each process."""
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(LongestFirst(config.workerinput["isof_durations"]))
    elif config.getoption("numprocesses", None):
        config.pluginmanager.register(Record(isof_config.home() / "durations.json"))


class Record:
    """Seconds that each test took when it last ran side by side with others, by its id."""

    def __init__(self, path):
        self._path = path
        self._known = self._read()
        self._took = defaultdict(float)

    def _read(self):
        return json.loads(self._path.read_text()) if self._path.exists() else {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node):
        """Give each process the same record: they have to agree on the order."""
        node.workerinput["isof_durations"] = self._known

    def pytest_runtest_logreport(self, report):
        """Add a phase of a test: setup, call or teardown."""
        self._took[report.nodeid] += report.duration

    def pytest_sessionfinish(self):
        """Write the record, whole or not at all."""
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(self._read() | self._took))
        fresh.replace(self._path)


class LongestFirst:
    """Sorts classes and modules by how long they took, and those that are new before them.

    What is in a class or module stays in its order.
    """

    def __init__(self, durations):
        self._durations = durations

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        """Sort the tests, each of which knows the class or module that it is in."""
        scopes = defaultdict(list)
        for item in items:
            scopes[item.nodeid.rpartition("::")[0]].append(item)
        ordered = sorted(scopes.values(), key=self._weigh, reverse=True)
        items[:] = [item for scope in ordered for item in scope]

    def _weigh(self, items):
        """Return the seconds that tests took, endless for those that are not known."""
        known = [self._durations[item.nodeid] for item in items if item.nodeid in self._durations]
        return sum(known) if known else float("inf")
