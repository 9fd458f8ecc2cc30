"""What the employees of the demo company do with its customers, in English and Polish.

Every text is a pair of both languages. ``{product}``, ``{percent}`` and ``{pieces}`` are
filled in anew for each chain.
"""

from typing import NamedTuple


class Step(NamedTuple):
    """One activity of a story."""

    type: str  # XML id of the activity type without its common beginning
    gap: int  # working days after the step that it follows
    subject: tuple
    note: tuple
    results: tuple  # pairs, one of which is what came of it
    after: int | None = None  # which step it follows; the one before if not said
    direction: str = "out"
    allday: bool = False


class Story(NamedTuple):
    """A chain of activities as it goes when nothing comes in between."""

    steps: tuple
    campaign: str | None = None
    tags: tuple = ()


PRODUCTS = (
    ("garden furniture", "meble ogrodowe"),
    ("power tools", "elektronarzędzia"),
    ("outdoor lighting", "oświetlenie zewnętrzne"),
    ("storage systems", "systemy przechowywania"),
    ("paints and wood care", "farby i impregnaty"),
    ("kitchen equipment", "wyposażenie kuchni"),
    ("garden tools", "narzędzia ogrodowe"),
    ("workwear", "odzież robocza"),
)

TAGS = {
    "key_customer": ("Key customer", "Kluczowy klient"),
    "price": ("Price", "Cena"),
    "delivery": ("Delivery", "Dostawa"),
    "promotion": ("Promotion", "Promocja"),
    "new_assortment": ("New assortment", "Nowy asortyment"),
}

STORIES = (
    Story(
        tags=("new_assortment",),
        steps=(
            Step(
                "call",
                0,
                ("First conversation: {product}", "Pierwsza rozmowa: {product}"),
                (
                    "Recommended by another customer. Ask what they buy and from whom.",
                    "Z polecenia innego klienta. Zapytać, co kupują i od kogo.",
                ),
                (
                    (
                        "Interested, buys from two suppliers now. Wants to see samples.",
                        "Zainteresowani, kupują teraz u dwóch dostawców. Chcą zobaczyć próbki.",
                    ),
                    (
                        "Open to a change if delivery takes under 48 hours.",
                        "Otwarci na zmianę, jeśli dostawa będzie poniżej 48 godzin.",
                    ),
                ),
            ),
            Step(
                "visit",
                5,
                ("Visit with samples: {product}", "Wizyta z próbkami: {product}"),
                (
                    "Take the sample case and the price list of this quarter.",
                    "Zabrać walizkę z próbkami i cennik na ten kwartał.",
                ),
                (
                    (
                        "Saw the shop and the warehouse. Room for one more rack.",
                        "Obejrzany sklep i magazyn. Jest miejsce na jeszcze jeden regał.",
                    ),
                    (
                        "Liked the samples, wants to show them to the board.",
                        "Próbki się spodobały, chcą je pokazać zarządowi.",
                    ),
                ),
            ),
            Step(
                "presentation",
                6,
                ("Presentation: {product}", "Prezentacja: {product}"),
                (
                    "For purchasing and the board: margin, rotation, complaints below 1 %.",
                    "Dla zakupów i zarządu: marża, rotacja, reklamacje poniżej 1%.",
                ),
                (
                    (
                        "Asked for an offer for a first order of {pieces} pieces.",
                        "Poprosili o ofertę na pierwsze zamówienie: {pieces} szt.",
                    ),
                    (
                        "Good reception; purchasing wants prices by the end of the week.",
                        "Dobry odbiór; zakupy chcą ceny do końca tygodnia.",
                    ),
                ),
            ),
            Step(
                "offer",
                2,
                ("Offer: {product}, {pieces} pieces", "Oferta: {product}, {pieces} szt."),
                (
                    "Discount up to {percent} % agreed with the sales director.",
                    "Rabat do {percent}% uzgodniony z dyrektorem handlowym.",
                ),
                (
                    ("Sent; they compare it until Friday.", "Wysłana; porównują do piątku."),
                    ("Sent, confirmed by e-mail.", "Wysłana, potwierdzona mailem."),
                ),
            ),
            Step(
                "meeting",
                4,
                ("Logistics of first deliveries", "Logistyka pierwszych dostaw"),
                (
                    "With their warehouse: pallets, hours of unloading, labels.",
                    "Z ich magazynem: palety, godziny rozładunku, etykiety.",
                ),
                (
                    (
                        "Deliveries on Tuesdays, EUR pallets, labels with EAN.",
                        "Dostawy we wtorki, palety EUR, etykiety z kodem EAN.",
                    ),
                ),
                after=2,
            ),
            Step(
                "negotiation",
                6,
                ("Negotiation of terms: {product}", "Negocjacje warunków: {product}"),
                (
                    "They will ask for 60 days; we can offer 45.",
                    "Poproszą o 60 dni; możemy dać 45.",
                ),
                (
                    (
                        "Agreed: {percent} % discount, payment in 45 days.",
                        "Uzgodniono: rabat {percent}%, płatność 45 dni.",
                    ),
                ),
                after=3,
            ),
            Step(
                "call",
                3,
                ("Confirmation of the first order", "Potwierdzenie pierwszego zamówienia"),
                (
                    "Delivery date and contact for the driver.",
                    "Termin dostawy i kontakt dla kierowcy.",
                ),
                (
                    (
                        "Ordered {pieces} pieces, delivery next week.",
                        "Zamówione {pieces} szt., dostawa w przyszłym tygodniu.",
                    ),
                    (
                        "They chose a competitor; come back in half a year.",
                        "Wybrali konkurencję; wrócić za pół roku.",
                    ),
                ),
            ),
        ),
    ),
    Story(
        steps=(
            Step(
                "call",
                0,
                ("Restocking: {product}", "Uzupełnienie zapasów: {product}"),
                ("Ask about stock before the weekend.", "Zapytać o zapasy przed weekendem."),
                (
                    (
                        "Stock for two weeks; asked for {pieces} pieces.",
                        "Zapas na dwa tygodnie; proszą o {pieces} szt.",
                    ),
                    (
                        "Sells better than planned, needs more.",
                        "Sprzedaje się lepiej niż plan, potrzeba więcej.",
                    ),
                ),
            ),
            Step(
                "offer",
                1,
                ("Offer for restocking: {product}", "Oferta na uzupełnienie: {product}"),
                ("Prices as last time.", "Ceny jak ostatnio."),
                (
                    ("Accepted without changes.", "Przyjęta bez zmian."),
                    (
                        "They ask for {percent} % more discount.",
                        "Proszą o {percent}% rabatu więcej.",
                    ),
                ),
            ),
            Step(
                "call",
                4,
                ("Decision on the offer", "Decyzja w sprawie oferty"),
                (
                    "Remind of the price valid until the end of the month.",
                    "Przypomnieć o cenie ważnej do końca miesiąca.",
                ),
                (
                    ("Ordered.", "Zamówione."),
                    (
                        "Ordered half; the rest next month.",
                        "Zamówiona połowa; reszta w przyszłym miesiącu.",
                    ),
                    ("No order: budget is used up.", "Bez zamówienia: budżet wyczerpany."),
                ),
            ),
        ),
    ),
    Story(
        campaign="catalogue",
        tags=("promotion", "new_assortment"),
        steps=(
            Step(
                "email",
                0,
                ("New catalogue: {product}", "Nowy katalog: {product}"),
                ("Send the pages that fit the customer.", "Wysłać strony pasujące do klienta."),
                (
                    ("Sent; asked for a printed copy.", "Wysłany; proszą o wersję papierową."),
                    ("Sent.", "Wysłany."),
                ),
            ),
            Step(
                "call",
                4,
                ("Has the catalogue arrived?", "Czy katalog dotarł?"),
                ("Offer a visit with samples.", "Zaproponować wizytę z próbkami."),
                (
                    (
                        "Three items marked, visit agreed.",
                        "Zaznaczone trzy pozycje, umówiona wizyta.",
                    ),
                    ("Will look at it this week.", "Przejrzą w tym tygodniu."),
                ),
            ),
            Step(
                "visit",
                7,
                ("Catalogue in hand: {product}", "Z katalogiem u klienta: {product}"),
                ("Order form and samples.", "Formularz zamówienia i próbki."),
                (
                    ("Trial order of {pieces} pieces.", "Zamówienie próbne: {pieces} szt."),
                    ("Interested only in the promotion.", "Zainteresowani tylko promocją."),
                ),
            ),
            Step(
                "offer",
                2,
                ("Offer from the catalogue: {product}", "Oferta z katalogu: {product}"),
                ("Campaign price valid for 30 days.", "Cena z kampanii ważna 30 dni."),
                (("Accepted.", "Przyjęta."), ("Under consideration.", "W trakcie rozpatrywania.")),
            ),
        ),
    ),
    Story(
        tags=("delivery",),
        steps=(
            Step(
                "complaint",
                0,
                ("Damaged goods: {product}", "Uszkodzony towar: {product}"),
                ("Photos came by e-mail.", "Zdjęcia przyszły mailem."),
                (
                    ("Accepted: damage in transport.", "Uznana: uszkodzenie w transporcie."),
                    ("Accepted in part, exchange of 4 pieces.", "Uznana częściowo, wymiana 4 szt."),
                ),
                direction="in",
            ),
            Step(
                "call",
                2,
                ("Solution of the complaint", "Rozwiązanie reklamacji"),
                ("Exchange or credit note, as they prefer.", "Wymiana lub korekta, jak wolą."),
                (
                    ("They prefer the exchange.", "Wolą wymianę."),
                    ("They prefer a credit note.", "Wolą korektę."),
                ),
            ),
            Step(
                "visit",
                8,
                ("Visit after the complaint", "Wizyta po reklamacji"),
                (
                    "Say sorry in person, talk about packing.",
                    "Przeprosić osobiście, omówić pakowanie.",
                ),
                (
                    (
                        "Matter closed; from now on deliveries in crates.",
                        "Sprawa zamknięta; odtąd dostawy w skrzyniach.",
                    ),
                ),
            ),
        ),
    ),
    Story(
        campaign="fair",
        tags=("new_assortment",),
        steps=(
            Step(
                "email",
                0,
                ("Thanks for the visit to our stand", "Podziękowanie za wizytę na stoisku"),
                ("With the price list promised at the stand.", "Z cennikiem obiecanym na stoisku."),
                (("Sent.", "Wysłane."), ("Sent, answered at once.", "Wysłane, od razu odpowiedź.")),
            ),
            Step(
                "call",
                3,
                ("Talk after the fair: {product}", "Rozmowa po targach: {product}"),
                ("Saw it at the stand and took leaflets.", "Oglądali na stoisku i wzięli ulotki."),
                (
                    (
                        "Wants a presentation for the shop managers.",
                        "Chcą prezentacji dla kierowników sklepów.",
                    ),
                    (
                        "Two other firms made an offer as well.",
                        "Ofertę złożyły też dwie inne firmy.",
                    ),
                ),
            ),
            Step(
                "presentation",
                7,
                ("Presentation after the fair: {product}", "Prezentacja po targach: {product}"),
                ("New models only.", "Tylko nowe modele."),
                (
                    (
                        "Chose two lines for a test in one shop.",
                        "Wybrali dwie linie do testu w jednym sklepie.",
                    ),
                ),
            ),
            Step(
                "offer",
                2,
                ("Offer after the fair: {product}", "Oferta po targach: {product}"),
                ("Fair discount of {percent} %.", "Rabat targowy {percent}%."),
                (("Accepted.", "Przyjęta."), ("Rejected: too expensive.", "Odrzucona: za drogo.")),
            ),
        ),
    ),
    Story(
        campaign="win_back",
        tags=("price",),
        steps=(
            Step(
                "call",
                0,
                ("No orders for a while: why?", "Od dawna bez zamówień: dlaczego?"),
                (
                    "Last order more than six months ago.",
                    "Ostatnie zamówienie ponad pół roku temu.",
                ),
                (
                    (
                        "Moved to a cheaper supplier, not content.",
                        "Przeszli do tańszego dostawcy, niezadowoleni.",
                    ),
                    ("New buyer, did not know us.", "Nowa osoba w zakupach, nie znała nas."),
                ),
            ),
            Step(
                "visit",
                6,
                ("Back in touch: {product}", "Powrót do rozmów: {product}"),
                (
                    "With the sales director if possible.",
                    "W miarę możliwości z dyrektorem handlowym.",
                ),
                (("Ready to try again with {product}.", "Gotowi spróbować ponownie: {product}."),),
            ),
            Step(
                "offer",
                3,
                ("Comeback offer: {product}", "Oferta powrotna: {product}"),
                (
                    "{percent} % on the first three orders.",
                    "{percent}% na pierwsze trzy zamówienia.",
                ),
                (("Sent, they decide next week.", "Wysłana, decyzja w przyszłym tygodniu."),),
            ),
            Step(
                "negotiation",
                5,
                ("Comeback terms", "Warunki powrotu"),
                ("Limit: {percent} % and free delivery.", "Granica: {percent}% i darmowa dostawa."),
                (
                    (
                        "They are back: order of {pieces} pieces.",
                        "Wrócili: zamówienie na {pieces} szt.",
                    ),
                    ("No agreement on prices.", "Brak zgody co do cen."),
                ),
            ),
        ),
    ),
    Story(
        tags=("key_customer", "price"),
        steps=(
            Step(
                "meeting",
                0,
                ("Annual agreement: first talks", "Umowa roczna: pierwsze rozmowy"),
                (
                    "Turnover of this year and plan for the next.",
                    "Obroty tego roku i plan na następny.",
                ),
                (
                    ("They expect a bonus from turnover.", "Oczekują premii od obrotu."),
                    (
                        "Plan {percent} % above this year.",
                        "Plan o {percent}% wyższy niż w tym roku.",
                    ),
                ),
            ),
            Step(
                "negotiation",
                7,
                ("Annual agreement: bonus and terms", "Umowa roczna: premia i warunki"),
                ("Bonus thresholds as in the table.", "Progi premii według tabeli."),
                (
                    (
                        "Bonus agreed, payment still open.",
                        "Premia uzgodniona, płatność jeszcze otwarta.",
                    ),
                ),
            ),
            Step(
                "email",
                2,
                ("Draft of the annual agreement", "Projekt umowy rocznej"),
                ("After the lawyer's remarks.", "Po uwagach prawnika."),
                (("Sent to their lawyer.", "Wysłany do ich prawnika."),),
            ),
            Step(
                "meeting",
                6,
                ("Signing of the annual agreement", "Podpisanie umowy rocznej"),
                ("Two copies, stamp.", "Dwa egzemplarze, pieczątka."),
                (("Signed.", "Podpisana."),),
            ),
        ),
    ),
    Story(
        campaign="loyalty",
        tags=("promotion", "key_customer"),
        steps=(
            Step(
                "call",
                0,
                ("Invitation to the loyalty programme", "Zaproszenie do programu lojalnościowego"),
                (
                    "Points for each order, prizes for shop staff.",
                    "Punkty za każde zamówienie, nagrody dla obsługi.",
                ),
                (
                    ("Interested, wants the rules.", "Zainteresowani, proszą o regulamin."),
                    ("Joins at once.", "Przystępują od razu."),
                ),
            ),
            Step(
                "email",
                1,
                ("Rules of the loyalty programme", "Regulamin programu lojalnościowego"),
                ("Attach the form.", "Dołączyć formularz."),
                (("Sent.", "Wysłany."),),
            ),
            Step(
                "meeting",
                6,
                ("Start of the loyalty programme", "Start programu lojalnościowego"),
                ("Train the staff for half an hour.", "Przeszkolić obsługę przez pół godziny."),
                (
                    (
                        "Form signed, 12 people take part.",
                        "Formularz podpisany, uczestniczy 12 osób.",
                    ),
                ),
            ),
        ),
    ),
    Story(
        tags=("new_assortment",),
        steps=(
            Step(
                "call",
                0,
                ("Date of the staff training", "Termin szkolenia obsługi"),
                ("They asked for a training at the shop.", "Prosili o szkolenie w sklepie."),
                (("Date agreed, 8 people.", "Termin uzgodniony, 8 osób."),),
                direction="in",
            ),
            Step(
                "visit",
                5,
                ("Staff training: {product}", "Szkolenie obsługi: {product}"),
                ("All day, projector needed.", "Cały dzień, potrzebny projektor."),
                (("Good marks in the survey.", "Dobre oceny w ankiecie."),),
                allday=True,
            ),
            Step(
                "call",
                7,
                ("Sales after the training", "Sprzedaż po szkoleniu"),
                ("Compare with the weeks before.", "Porównać z tygodniami przed."),
                (("Sales up by {percent} %.", "Sprzedaż wyższa o {percent}%."),),
            ),
        ),
    ),
    Story(
        tags=("delivery",),
        steps=(
            Step(
                "email",
                0,
                ("Question about the delivery date", "Pytanie o termin dostawy"),
                ("Two items are missing.", "Brakuje dwóch pozycji."),
                (("Answered: delivery on Thursday.", "Odpowiedź: dostawa w czwartek."),),
                direction="in",
            ),
            Step(
                "call",
                3,
                ("Did the delivery arrive?", "Czy dostawa dotarła?"),
                ("Ask about the missing items.", "Zapytać o brakujące pozycje."),
                (
                    (
                        "Complete, they thank for the quick reaction.",
                        "Kompletna, dziękują za szybką reakcję.",
                    ),
                    ("One box missing still.", "Nadal brakuje jednego kartonu."),
                ),
            ),
        ),
    ),
)

# Why an activity did not take place, by its state.
DROPPED = {
    "not_held": (
        ("Nobody there, try again.", "Nikogo nie było, spróbować ponownie."),
        ("The contact person was ill.", "Osoba kontaktowa zachorowała."),
    ),
    "cancelled": (
        ("Called off by the customer: stocktaking.", "Odwołane przez klienta: inwentaryzacja."),
        ("Called off: the buyer is on holiday.", "Odwołane: osoba z zakupów na urlopie."),
    ),
    "postponed": (
        ("They asked for a later date.", "Poprosili o późniejszy termin."),
        ("Date to be agreed by phone.", "Termin do uzgodnienia telefonicznie."),
    ),
}

# Marketing's own activities, without a customer.
MAILING = (
    ("Mailing: {product}", "Mailing: {product}"),
    (
        "To all buyers; banner with the campaign's prices.",
        "Do wszystkich kupców; baner z cenami z kampanii.",
    ),
    (
        "Sent to 214 addresses, {percent} % opened.",
        "Wysłany do 214 odbiorców, otwarty przez {percent}%.",
    ),
)
PAST_FAIR = (
    ("Home and Garden Fair, Poznań", "Targi Dom i Ogród, Poznań"),
    ("Stand 24 in hall 5.", "Stoisko 24 w hali 5."),
    (
        "61 talks at the stand, 18 firms want an offer.",
        "61 rozmów na stoisku, 18 firm prosi o ofertę.",
    ),
)
NEXT_FAIR = (
    ("Hardware Days, Warsaw", "Dni Narzędzi, Warszawa"),
    ("Stand 8; take the new power tools.", "Stoisko 8; zabrać nowe elektronarzędzia."),
    ("37 talks at the stand.", "37 rozmów na stoisku."),
)
OPEN_DAYS = (
    ("Open days in the showroom", "Dni otwarte w salonie"),
    ("Coffee, samples and a draw for the guests.", "Kawa, próbki i losowanie dla gości."),
    ("46 guests, 9 joined the programme.", "46 gości, 9 przystąpiło do programu."),
)
SHOWROOM = ("Showroom, Gdynia", "Salon, Gdynia")
PLAN_RESULT = ("Talked it over, the next step is agreed.", "Omówione, uzgodniony następny krok.")

# Words that stand in the data files in English, in fields that Odoo does not translate.
POLISH = {
    "Owner": "Właściciel",
    "Purchasing Manager": "Kierownik zakupów",
    "Buyer": "Kupiec",
    "Store Manager": "Kierownik sklepu",
    "Sales Director": "Dyrektor sprzedaży",
    "Warehouse Manager": "Kierownik magazynu",
    "Chief Accountant": "Główny księgowy",
    "Marketing Specialist": "Specjalista ds. marketingu",
    "Board Member": "Członek zarządu",
    "Logistics Coordinator": "Koordynator logistyki",
    "Welcome call": "Rozmowa powitalna",
    "First visit: needs and assortment": "Pierwsza wizyta: potrzeby i asortyment",
    "How did the first delivery go?": "Jak przebiegła pierwsza dostawa?",
    "Terms for the next quarter": "Warunki na kolejny kwartał",
    "Why did the orders stop?": "Dlaczego zamówienia ustały?",
    "Comeback offer": "Oferta powrotna",
    "Decision on the comeback offer": "Decyzja w sprawie oferty powrotnej",
    "Thanks for the visit, catalogue enclosed": "Podziękowanie za wizytę, katalog w załączniku",
    "What was of interest at the stand?": "Co zainteresowało na stoisku?",
    "Presentation of the chosen assortment": "Prezentacja wybranego asortymentu",
}
