"""What holds for all tests, those of the add-ons and those that cross them."""

pytest_plugins = ["pytest_durations"]
