"""What one typed stays, whatever is chosen beside it afterwards."""


def test_nothing_typed_is_emptied(probe):
    tried = probe("form_input.py")
    assert {"isof.booking.name", "isof.activity.resource_ids"} <= set(tried["fields"])
    # without fields and choices that a form has nothing would be tried
    assert tried["tried"] > 10
    assert tried["lost"] == []
