from . import test_prefetched_names
