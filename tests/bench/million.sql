-- The trading company of the benchmark. Runs on a database that has, made through the ORM:
-- bench_employee (n, user_id), bench_region (n, region_id), bench_campaign (n, campaign_id)
-- and bench_department (user_id, since, until, department_id). Parameters: partners, activities,
-- company_id, uid, now. Deterministic for a given PostgreSQL: the seed is fixed.

SELECT setseed(0.42);

-- Contractors: three of five partners are companies, the others persons in them.
CREATE TEMP TABLE bench_partner AS
SELECT n,
       nextval('res_partner_id_seq')::int AS id,
       n <= %(companies)s AS is_company,
       CASE WHEN n > %(companies)s THEN 1 + (n - 1) %% %(companies)s END AS parent_n,
       (ARRAY['Hurtownia','Sklep','Zakład','Biuro','Firma','Serwis','Salon','Dom','Pracownia',
              'Skład','Centrum','Spółka'])[1 + floor(random() * 12)::int] AS trade,
       (ARRAY['Nowak','Kowalczyk','Wiśniewski','Wójcik','Kamiński','Lewandowski','Zieliński',
              'Szymański','Woźniak','Dąbrowski','Kozłowski','Jankowski','Mazur','Kwiatkowski',
              'Krawczyk','Kaczmarek','Piotrowski','Grabowski','Zając','Pawłowski','Michalski',
              'Król','Wieczorek','Jabłoński','Wróbel','Nowicki','Majewski','Olszewski','Stępień',
              'Malinowski','Jaworski','Adamczyk','Dudek','Pawlak','Górski','Nowakowski','Sikora',
              'Witkowski','Rutkowski','Walczak'])[1 + floor(random() ^ 1.5 * 40)::int] AS surname,
       (ARRAY['Anna','Jan','Ewa','Piotr','Maria','Adam','Zofia','Tomasz','Julia','Marek'])
           [1 + floor(random() * 10)::int] AS first_name,
       (ARRAY['Warszawa','Kraków','Łódź','Wrocław','Poznań','Gdańsk','Szczecin','Lublin',
              'Katowice','Gdynia','Toruń','Kielce','Opole','Radom','Rzeszów','Olsztyn','Płock',
              'Elbląg','Tarnów','Zabrze'])[1 + floor(random() * 20)::int] AS city,
       floor(random() ^ 1.3 * 40)::int AS employee_n,
       floor(random() ^ 1.3 * 20)::int AS region_n
  FROM generate_series(1, %(partners)s) n;

INSERT INTO res_partner (
       id, parent_id, commercial_partner_id, company_id, name, complete_name, is_company, type,
       user_id, isof_region_id, isof_region_manual, isof_currency_id, city, country_id, email, email_normalized, phone, lang, tz,
       commercial_company_name, active, employee, partner_share, color, message_bounce, autopost_bills,
       create_uid, write_uid, create_date, write_date)
SELECT p.id, c.id, coalesce(c.id, p.id), NULL, names.name,
       CASE WHEN c.id IS NULL THEN names.name ELSE names.company || ', ' || names.name END,
       p.is_company, 'contact', e.user_id, r.region_id, TRUE, %(currency_id)s,
       p.city, %(country_id)s,
       'p' || p.n || '@example.com', 'p' || p.n || '@example.com', '+48 600 ' || p.n, 'en_US',
       'Europe/Warsaw', names.company, TRUE, FALSE, TRUE, 0, 0, 'ask',
       %(uid)s, %(uid)s, %(now)s, %(now)s
  FROM bench_partner p
  LEFT JOIN bench_partner c ON c.n = p.parent_n
 CROSS JOIN LATERAL (
       SELECT CASE WHEN c.n IS NULL
                   THEN p.trade || ' ' || p.surname || ' ' || p.city || ' ' || p.n
                   ELSE c.trade || ' ' || c.surname || ' ' || c.city || ' ' || c.n END AS company,
              CASE WHEN c.n IS NULL
                   THEN p.trade || ' ' || p.surname || ' ' || p.city || ' ' || p.n
                   ELSE p.first_name || ' ' || p.surname END AS name) names
  JOIN bench_employee e ON e.n = coalesce(c.employee_n, p.employee_n)
  JOIN bench_region r ON r.n = coalesce(c.region_n, p.region_n)
 ORDER BY p.n;

CREATE TEMP TABLE bench_company AS
SELECT p.n, p.id, p.employee_n, r.region_id, e.user_id, min(person.id) AS contact_id
  FROM bench_partner p
  LEFT JOIN bench_partner person ON person.parent_n = p.n
  JOIN bench_employee e ON e.n = p.employee_n
  JOIN bench_region r ON r.n = p.region_n
 WHERE p.is_company
 GROUP BY p.n, p.id, p.employee_n, r.region_id, e.user_id;
CREATE UNIQUE INDEX ON bench_company (n);

-- What was rolled for each activity. A few customers have thousands, most a dozen or two.
CREATE TEMP TABLE bench_roll AS
SELECT n,
       1 + floor(random() ^ 2 * %(companies)s)::int AS company_n,
       CASE WHEN random() < 0.8 THEN -1 ELSE floor(random() ^ 1.3 * 40)::int END AS employee_n,
       (ARRAY[0,0,0,0,0,0,1,1,1,1,2,2,2,3,3,3,4,4,5,5,6,7,8,9])[1 + floor(random() * 24)::int]
           AS type_n,
       -- three years back and 45 days ahead, on quarters of office hours, no weekends
       date_trunc('week', %(now)s::timestamp)
           + floor(random() * 162 - 156)::int * interval '7 days'
           + floor(random() * 5)::int * interval '1 day'
           + (6 * 4 + floor(random() * 32))::int * interval '15 minutes' AS start,
       random() AS status_roll, random() AS chain_roll, random() AS contact_roll,
       random() AS campaign_roll, random() AS author_roll, random() AS people_roll,
       random() AS text_roll, floor(random() * 40)::int AS other_n, floor(random() * 8)::int AS eight
  FROM generate_series(1, %(activities)s) n;

CREATE TEMP TABLE bench_row AS
SELECT row_number() OVER (ORDER BY roll.start, roll.n) + %(offset)s AS id,
       roll.*, c.id AS company_partner_id, c.contact_id, c.region_id, c.user_id AS salesperson_id,
       coalesce(e.user_id, c.user_id) AS user_id, t.type_id, t.hours, s.status_id
  FROM bench_roll roll
  JOIN bench_company c ON c.n = roll.company_n
  LEFT JOIN bench_employee e ON e.n = roll.employee_n
  JOIN (SELECT row_number() OVER (ORDER BY sequence, id) - 1 AS n, id AS type_id,
               least(default_duration, 2) AS hours FROM isof_activity_type) t ON t.n = roll.type_n
  JOIN (SELECT DISTINCT ON (state) state, id AS status_id
          FROM isof_activity_status ORDER BY state, sequence) s
    ON s.state = CASE
       WHEN roll.start > %(now)s THEN CASE WHEN roll.status_roll < 0.93 THEN 'planned'
            WHEN roll.status_roll < 0.97 THEN 'postponed' ELSE 'cancelled' END
       WHEN roll.start > %(now)s::timestamp - interval '40 days' AND roll.status_roll < 0.1
            THEN CASE WHEN roll.status_roll < 0.06 THEN 'planned'
                 WHEN roll.status_roll < 0.08 THEN 'postponed' ELSE 'in_progress' END
       WHEN roll.status_roll < 0.85 THEN 'done'
       WHEN roll.status_roll < 0.93 THEN 'not_held' ELSE 'cancelled' END;

INSERT INTO isof_activity (
       id, name, type_id, kind, status_id, state, note, result, priority, direction, active,
       partner_id, commercial_partner_id, contact_id, region_id, user_id, author_id, department_id,
       company_id, start, stop, allday, duration, campaign_id, is_mirrored, previous_id, root_id,
       create_uid, write_uid, create_date, write_date)
SELECT a.id, t.name ->> 'en_US', a.type_id, t.kind, a.status_id, s.state,
       CASE WHEN a.text_roll < 0.5 THEN 'To prepare: the catalogue, the prices for the season '
            || 'and the list of what is still open. ' || a.n END,
       CASE WHEN s.state = 'done' AND a.text_roll < 0.9 THEN 'They liked the samples and asked '
            || 'for an offer on ' || (a.n %% 400) || ' pieces with delivery within four weeks; '
            || 'the decision is expected after the meeting of the board.' END,
       CASE WHEN a.people_roll > 0.95 THEN '1' ELSE '0' END,
       CASE WHEN a.people_roll < 0.3 THEN 'in' ELSE 'out' END, TRUE,
       a.company_partner_id, a.company_partner_id,
       CASE WHEN a.contact_roll < 0.5 THEN a.contact_id END,
       a.region_id, a.user_id,
       CASE WHEN a.author_roll < 0.85 THEN a.user_id ELSE other.user_id END,
       d.department_id, %(company_id)s,
       a.start, a.start + a.hours * interval '1 hour', FALSE, a.hours,
       k.campaign_id, FALSE,
       CASE WHEN a.is_follow_up THEN a.before_id END,
       first_value(a.id) OVER (PARTITION BY a.company_n, a.chain_n ORDER BY a.id),
       a.user_id, a.user_id, least(a.start, %(now)s), least(a.start, %(now)s)
  FROM (SELECT linked.*, count(*) FILTER (WHERE NOT is_follow_up)
                         OVER (PARTITION BY company_n ORDER BY id) AS chain_n
          FROM (SELECT bench_row.*, lag(id) OVER customer AS before_id,
                       coalesce(lag(id) OVER customer > 0 AND chain_roll < 0.35, FALSE)
                           AS is_follow_up
                  FROM bench_row WINDOW customer AS (PARTITION BY company_n ORDER BY id)) linked) a
  JOIN isof_activity_type t ON t.id = a.type_id
  JOIN isof_activity_status s ON s.id = a.status_id
  JOIN bench_employee other ON other.n = a.other_n
  JOIN bench_department d ON d.user_id = a.user_id
   AND a.start::date >= d.since AND a.start::date < d.until
  LEFT JOIN bench_campaign k ON k.n = a.eight AND a.campaign_roll < 0.25
 ORDER BY a.id;

SELECT setval('isof_activity_id_seq', (SELECT max(id) FROM isof_activity));

INSERT INTO isof_activity_participant_rel (activity_id, user_id)
SELECT r.id, e.user_id FROM bench_row r JOIN bench_employee e ON e.n = (r.other_n + 7) %% 40
 WHERE r.people_roll < 0.15;

INSERT INTO isof_activity_contact_rel (activity_id, partner_id)
SELECT id, contact_id FROM bench_row WHERE contact_id IS NOT NULL AND contact_roll > 0.95;

INSERT INTO isof_activity_access_rel (activity_id, user_id)
SELECT id, user_id FROM isof_activity WHERE id > %(offset)s
 UNION SELECT id, author_id FROM isof_activity WHERE id > %(offset)s
 UNION SELECT id, salesperson_id FROM bench_row
 UNION SELECT activity_id, user_id FROM isof_activity_participant_rel;

UPDATE res_partner p
   SET isof_last_activity_date = dates.last_start, isof_next_activity_date = dates.next_start
  FROM (SELECT commercial_partner_id AS id,
               max(start) FILTER (WHERE state = 'done') AS last_start,
               min(start) FILTER (WHERE state IN ('planned', 'in_progress', 'postponed'))
                   AS next_start
          FROM isof_activity GROUP BY 1) dates
 WHERE p.id = dates.id;
