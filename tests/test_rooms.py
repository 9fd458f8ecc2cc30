"""Rooms: each knows those below it, and no other.

A room knows another one when it imports from it, or when it names a model that is made there.
"""

import ast

import pytest
from isof_cli.config import ROOT
from isof_cli.rooms import BELOW, ROOMS

KINDS = ("models", "reports", "wizards")


def _iter_files(addon, kinds=KINDS):
    for kind in kinds:
        for room in ROOMS[addon]:
            for path in sorted((ROOT / addon / kind / room).glob("*.py")):
                yield room, path, ast.parse(path.read_text())


def _get_own(class_):
    """Return the name of the model that a class makes, or None when it only extends models."""
    values = {
        target.id: statement.value
        for statement in class_.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    if "_name" not in values:
        return None
    name = ast.literal_eval(values["_name"])
    parents = ast.walk(values["_inherit"]) if "_inherit" in values else ()
    return None if any(getattr(node, "value", None) == name for node in parents) else name


def _get_makers(addon):
    """Return in which room each model of an add-on is made."""
    return {
        name: room
        for room, _path, tree in _iter_files(addon)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and (name := _get_own(node))
    }


def _iter_known(addon, path, tree, makers):
    """Yield the rooms of its add-on that a file knows, with what it says of them."""
    package = [addon, *path.relative_to(ROOT / addon).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            target = package[: len(package) - node.level + 1]
            target += node.module.split(".") if node.module else []
            if len(target) > 2 and target[0] == addon and target[1] in KINDS:
                yield target[2], f"imports {'.'.join(target)}"
        elif isinstance(node, ast.Constant) and node.value in makers:
            yield makers[node.value], f"names {node.value} in line {node.lineno}"


@pytest.mark.parametrize("addon", ROOMS)
def test_every_file_is_in_a_room(addon):
    for kind in KINDS:
        strays = {path.name for path in (ROOT / addon / kind).glob("*.py")} - {"__init__.py"}
        assert not strays, kind
        folders = {path.parent.name for path in (ROOT / addon / kind).glob("*/*.py")}
        assert folders <= set(ROOMS[addon]), kind


@pytest.mark.parametrize("addon", ROOMS)
def test_rooms_are_loaded_from_below(addon):
    tree = ast.parse((ROOT / addon / "models" / "__init__.py").read_text())
    loaded = [
        alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    assert loaded == [room for room in ROOMS[addon] if (ROOT / addon / "models" / room).is_dir()]


@pytest.mark.parametrize("addon", ROOMS)
def test_rooms_know_those_below(addon):
    makers = _get_makers(addon)
    order = ROOMS[addon].index
    assert len(makers) > 10
    assert not [
        f"{path.relative_to(ROOT)} {what}"
        for room, path, tree in _iter_files(addon)
        for known, what in _iter_known(addon, path, tree, makers)
        if order(known) > order(room)
    ]


@pytest.mark.parametrize("addon", ROOMS)
def test_addons_know_those_below(addon):
    """Resources and analyses never name each other, and what both stand on names neither."""
    others = ROOMS.keys() - {addon, *BELOW[addon]}
    foreign = {name for other in others for name in _get_makers(other)}
    assert not [
        f"{path.relative_to(ROOT)} names {node.value} in line {node.lineno}"
        for _room, path, tree in _iter_files(addon)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (node.value in foreign or node.value.split(".")[0] in others)
    ]


@pytest.mark.parametrize("addon", ROOMS)
def test_doors_say_what_is_behind(addon):
    for door in (ROOT / addon / "models").glob("*/__init__.py"):
        text = ast.get_docstring(ast.parse(door.read_text()))
        assert text, door
        assert len(text.split(".")) > 3, door
