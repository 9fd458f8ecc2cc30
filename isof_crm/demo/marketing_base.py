"""The marketing base of the demo company: what is known of its contractors and contact persons."""

from datetime import timedelta
from itertools import cycle

from odoo import fields

# Trees of contractor groups: (English, Polish) and who is in them, by the names in the CSV file.
GROUPS = {
    ("Wholesale", "Hurt"): {
        ("Building materials", "Materiały budowlane"): (
            *("mewa", "kaszuby", "gryf", "bug_bud", "leszno", "odra_wroc", "praga_hurt"),
            *("karkonosze",),
        ),
        ("Tools and technology", "Narzędzia i technika"): (
            *("kotwica", "brda_tech", "zubr", "belchatow", "krakus", "gwarek", "mazur_hurt"),
        ),
        ("Agriculture", "Rolnictwo"): ("kujawiak", "warta", "rzeszow"),
    },
    ("Retail", "Detal"): {
        ("DIY stores", "Markety"): ("wisla_market", "beskid", "gniezno", "syrena", "kolo_portu"),
        ("Garden centres", "Centra ogrodnicze"): (
            *("zielony_dwor", "parseta", "narew", "dunajec", "legnica", "jura"),
        ),
        ("Home and interior", "Dom i wnętrze"): (
            *("latarnia", "odra_dom", "warmia_dom", "lubella", "wlokniarz", "piernik"),
        ),
    },
    ("End customers", "Odbiorcy końcowi"): {
        ("Hotels and leisure", "Hotele i rekreacja"): ("bursztyn", "tatry", "jeziorak"),
        ("Industry", "Przemysł"): ("silesia", "plock"),
    },
}
SOURCES = (
    ("Trade fair", "Targi branżowe"),
    ("Recommendation", "Polecenie"),
    ("Enquiry on the website", "Zapytanie ze strony"),
    ("Cold call", "Telefon handlowca"),
)
# Lifecycle, days between two contacts and yearly potential in thousands.
STAGES = (
    *(("customer", 30, 180), ("key", 14, 640), ("customer", 30, 240), ("prospect", 45, 90)),
    *(("customer", 60, 75), ("key", 14, 820), ("lead", 0, 0), ("customer", 30, 310)),
    *(("dormant", 90, 120), ("customer", 30, 150), ("lost", 0, 60)),
)
# Who has a part in another company too: person, company, role, years since, whether it is over.
AFFILIATIONS = (
    ("kotwica_1", "jeziorak", "owner", 6, False),
    ("parseta_4", "zielony_dwor", "board", 3, False),
    ("kolo_portu_4", "bursztyn", "board", 4, False),
    ("piernik_3", "wisla_market", "adviser", 2, False),
    ("brda_tech_1", "zubr", "owner", 5, True),
    ("brda_tech_2", "mazur_hurt", "adviser", 1, False),
    ("gryf_2", "odra_dom", "buyer", 2, False),
    ("latarnia_1", "kaszuby", "buyer", 4, True),
)
CHANNELS = ("email", "phone", "email", "sms", "post")
CONSENT_SOURCES = ("form", "meeting", "website", "phone")


class MarketingBase:
    def __init__(self, env):
        self.env = env(context=dict(env.context, tracking_disable=True))
        self.language = int((env.ref("base.user_admin").lang or "").startswith("pl"))
        partners = self.env["isof.demo"]._get_contractors()
        self.companies = partners.filtered("is_company")
        self.persons = partners - self.companies

    def load(self):
        """Fill in groups, sources, stages, affiliations and consents, and enter one firm twice."""
        self._load_groups()
        self._load_stages()
        self._load_affiliations()
        self._load_consents()
        self._load_duplicate()

    def _load_groups(self):
        groups = self.env["isof.partner.group"]
        for color, (parent_name, children) in enumerate(GROUPS.items(), start=1):
            parent = groups.create({"name": parent_name[self.language], "color": color})
            for name, members in children.items():
                group = groups.create(
                    {"name": name[self.language], "parent_id": parent.id, "color": color}
                )
                for member in members:
                    self._partner(member).isof_group_id = group

    def _load_stages(self):
        sources = self.env["utm.source"].create([{"name": name[self.language]} for name in SOURCES])
        for company, source, stage in zip(
            self.companies, cycle(sources), cycle(STAGES), strict=False
        ):
            lifecycle, frequency, thousands = stage
            company.write(
                {
                    "isof_source_id": source.id,
                    "isof_lifecycle": lifecycle,
                    "isof_contact_frequency": frequency,
                    "isof_potential": 1000 * thousands,
                }
            )

    def _load_affiliations(self):
        today = fields.Date.today()
        self.env["isof.affiliation"].create(
            [
                {
                    "person_id": self._partner(person).id,
                    "organization_id": self._partner(company).id,
                    "role_id": self.env.ref(f"isof_crm.isof_affiliation_role_{role}").id,
                    "date_from": today - timedelta(days=365 * years),
                    "date_to": today - timedelta(days=90) if is_over else False,
                }
                for person, company, role, years, is_over in AFFILIATIONS
            ]
        )

    def _load_consents(self):
        """Most have given something; one in seven took it back, and one address is blocked."""
        purposes = cycle(
            self.env.ref(f"isof_crm.isof_consent_purpose_{name}")
            for name in ("commercial", "newsletter", "commercial")
        )
        now = fields.Datetime.now()
        contacts = [partner for n, partner in enumerate(self.persons) if n % 4] + [
            *self.companies[::3]
        ]
        vals_list = []
        for n, (partner, purpose, channel, source) in enumerate(
            zip(contacts, purposes, cycle(CHANNELS), cycle(CONSENT_SOURCES), strict=False)
        ):
            vals = {"partner_id": partner.id, "purpose_id": purpose.id, "channel": channel}
            given = now - timedelta(days=40 + 7 * n % 600)
            vals_list.append(vals | {"date": given, "source": source})
            if n % 7 == 3:
                withdrawn = {"state": "withdrawn", "date": given + timedelta(days=35)}
                vals_list.append(vals | withdrawn | {"source": "email"})
        marketing = self.env.ref("isof_crm.res_users_magda")
        self.env["isof.consent"].with_user(marketing).create(vals_list)
        self.env["mail.blacklist"].create({"email": self._partner("piernik_2").email})

    def _load_duplicate(self):
        """Enter a customer a second time, as it happens: for whoever looks for duplicates."""
        twin = self._partner("mewa")
        self.env["res.partner"].create(
            {
                "name": "Mewa Hurtownia",
                "is_company": True,
                "city": twin.city,
                "zip": twin.zip,
                "country_id": twin.country_id.id,
                "email": twin.email,
                "phone": twin.phone,
            }
        )

    def _partner(self, name):
        return self.env.ref(f"isof_crm.res_partner_{name}")
