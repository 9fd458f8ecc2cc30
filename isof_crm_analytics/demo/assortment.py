"""What the demo company trades in, with whom, and what sells when.

Names are pairs in English and Polish.
"""

from typing import NamedTuple


class Product(NamedTuple):
    """Something that is bought and sold."""

    name: tuple
    price: float
    cost: float  # two years ago; 0 where nobody knows it
    drift: float = 0.05  # by what part the cost grows in two years
    peak: int = 0  # the month in which it sells best; 0: it sells all the year round
    vendor: str = ""  # of VENDORS; services have none


# The tree of categories.
ASSORTMENT = {
    ("Building and workshop", "Budowa i warsztat"): {
        ("Power tools", "Elektronarzędzia"): (
            Product(
                ("Cordless drill 18 V", "Wiertarko-wkrętarka 18 V"), 389, 248, 0.08, 4, "tools"
            ),
            Product(
                ("Angle grinder 125 mm", "Szlifierka kątowa 125 mm"), 279, 196, 0.04, 0, "tools"
            ),
            Product(("Circular saw 1200 W", "Pilarka tarczowa 1200 W"), 459, 318, 0.19, 9, "tools"),
        ),
        ("Hand tools", "Narzędzia ręczne"): (
            Product(("Screwdriver set", "Zestaw wkrętaków"), 79, 41, 0.06, 11, "tools"),
            Product(
                ("Folding ladder 3.6 m", "Drabina składana 3,6 m"), 349, 262, -0.05, 5, "tools"
            ),
        ),
        ("Paints and wood care", "Farby i impregnaty"): (
            Product(("Wood stain 5 l", "Impregnat do drewna 5 l"), 124, 77, 0.09, 5, "paints"),
            Product(("Facade paint 10 l", "Farba elewacyjna 10 l"), 219, 158, 0.03, 6, "paints"),
        ),
        ("Workwear", "Odzież robocza"): (
            Product(("Work boots S3", "Obuwie robocze S3"), 189, 112, 0.05, 10, "textiles"),
            Product(
                ("Winter work jacket", "Kurtka robocza zimowa"), 249, 151, 0.07, 10, "textiles"
            ),
        ),
    },
    ("Garden", "Ogród"): {
        ("Garden furniture", "Meble ogrodowe"): (
            Product(("Garden bench", "Ławka ogrodowa"), 599, 394, 0.07, 4, "garden"),
            Product(
                ("Table with six chairs", "Stół z sześcioma krzesłami"),
                1890,
                1330,
                0.1,
                5,
                "garden",
            ),
        ),
        ("Garden tools", "Narzędzia ogrodowe"): (
            Product(("Electric lawn mower", "Kosiarka elektryczna"), 849, 634, 0.05, 5, "garden"),
            Product(("Garden hose 25 m", "Wąż ogrodowy 25 m"), 119, 66, 0.08, 5, "garden"),
            Product(("Terracotta pot 40 cm", "Donica z terakoty 40 cm"), 54, 22, 0.12, 4, "garden"),
        ),
    },
    ("Home", "Dom"): {
        ("Lighting", "Oświetlenie"): (
            Product(("LED panel 60x60", "Panel LED 60x60"), 142, 98, -0.18, 10, "lighting"),
            Product(
                ("Outdoor lamp with sensor", "Lampa zewnętrzna z czujnikiem"),
                98,
                58,
                -0.04,
                10,
                "lighting",
            ),
        ),
        ("Storage systems", "Systemy przechowywania"): (
            Product(
                ("Storage rack, five shelves", "Regał magazynowy, pięć półek"),
                269,
                171,
                0.06,
                0,
                "tools",
            ),
            Product(
                ("Wooden box, set of three", "Skrzynki drewniane, 3 szt."),
                89,
                47,
                0.05,
                8,
                "garden",
            ),
        ),
        ("Kitchen equipment", "Wyposażenie kuchni"): (
            Product(
                ("Steel cookware set", "Komplet garnków stalowych"), 419, 263, 0.06, 12, "textiles"
            ),
            # bought long ago, and nobody has entered what for
            Product(("Enamelled kettle", "Czajnik emaliowany"), 109, 0, 0, 12),
        ),
    },
    ("Services", "Usługi"): {
        ("Transport", "Transport"): (
            Product(("Delivery", "Dostawa"), 120, 78, 0.1, 6),
            Product(("Express delivery", "Dostawa ekspresowa"), 240, 182, 0.12, 12),
        ),
        ("Assembly and training", "Montaż i szkolenia"): (
            Product(("Assembly, per hour", "Montaż, godzina"), 95, 52, 0.1, 5),
            Product(("Product training", "Szkolenie produktowe"), 900, 0),
        ),
    },
}
SERVICES, DELIVERY = "Services", "Transport"
# What each contractor group buys most of, by the English names in marketing_base.py.
FAVOURITES = {
    "Building materials": ("Paints and wood care", "Power tools", "Hand tools"),
    "Tools and technology": ("Power tools", "Hand tools", "Workwear"),
    "Agriculture": ("Garden tools", "Workwear"),
    "DIY stores": ("Power tools", "Storage systems", "Lighting"),
    "Garden centres": ("Garden furniture", "Garden tools"),
    "Home and interior": ("Kitchen equipment", "Lighting", "Storage systems"),
    "Hotels and leisure": ("Garden furniture", "Kitchen equipment", "Assembly and training"),
    "Industry": ("Workwear", "Storage systems", "Lighting"),
}
# Name, country, city, and who buys there.
VENDORS = {
    "tools": ("Metalpol S.A.", "base.pl", "Bydgoszcz", "marek"),
    "paints": ("Farbkolor Sp. z o.o.", "base.pl", "Dębica", "piotr"),
    "textiles": ("Moravské textilie s.r.o.", "base.cz", "Zlín", "tomasz"),
    "garden": ("Gartenwelt Import GmbH", "base.de", "Hamburg", "ewa"),
    "lighting": ("Lumen Hurt Sp. z o.o.", "base.pl", "Suwałki", "anna"),
}
CARRIER = ("Transbalt Spedycja Sp. z o.o.", "base.pl", "Gdynia", "marek")
# How much of the year's trade falls to each month.
SEASON = (0.7, 0.8, 1.1, 1.25, 1.3, 1.1, 0.85, 0.85, 1.1, 1.15, 1.1, 1.0)
