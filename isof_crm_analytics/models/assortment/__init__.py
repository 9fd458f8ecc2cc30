"""What customers buy, when they bought it last, and what similar ones buy instead.

It owns the reports on products, which are made of the facts that their reader may read. It knows
facts.
"""

from . import res_partner
