from . import test_hand_over, test_substitute, test_succession
