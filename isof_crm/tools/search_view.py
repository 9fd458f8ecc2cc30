"""What several mixins do to the architecture of search views."""

from lxml.builder import E


def find_group_by(arch):
    """Return the node of the menu "Group By" of a search view, which is made if needed.

    >>> from lxml import etree
    >>> arch = etree.fromstring("<search><field name='name'/><searchpanel/></search>")
    >>> find_group_by(arch) is find_group_by(arch)
    True
    >>> [node.tag for node in arch]
    ['field', 'group', 'searchpanel']
    """
    for group in arch.xpath("./group[not(node())] | ./group[filter[@context]]"):
        return group
    group = E.group()
    panel = arch.find("searchpanel")
    arch.insert(len(arch) if panel is None else arch.index(panel), group)
    return group


def get_end_of_fields(arch):
    """Return the position in a search view at which one more field is the last one.

    >>> from lxml import etree
    >>> get_end_of_fields(etree.fromstring("<search><field name='name'/><group/></search>"))
    1
    >>> get_end_of_fields(etree.fromstring("<search><group/></search>"))
    0
    """
    return 1 + max((arch.index(node) for node in arch.xpath("./field")), default=-1)
