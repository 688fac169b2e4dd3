"""A small invented shop as a SQLite file, to try connectors on: customers, orders, notes and staff.

Every person in it is invented; the addresses end in example.com, which nobody can own.
"""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml

DATASET = Path(__file__).with_name("dataset.yml")
TABLES = """
CREATE TABLE staff (id INTEGER PRIMARY KEY, full_name VARCHAR(80) NOT NULL, email VARCHAR(120) NOT NULL UNIQUE);
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, email VARCHAR(120) NOT NULL UNIQUE, full_name VARCHAR(80) NOT NULL, phone VARCHAR(30),
    street VARCHAR(80), city VARCHAR(60), country CHAR(2), password_hash VARCHAR(120) NOT NULL,
    newsletter BOOLEAN NOT NULL, created_on DATE NOT NULL, contact_person_id INTEGER REFERENCES staff (id));
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), ordered_on DATE NOT NULL,
    ship_name VARCHAR(80), ship_street VARCHAR(80), ship_city VARCHAR(60), total NUMERIC(10, 2) NOT NULL);
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders (id), line_no INTEGER NOT NULL, article VARCHAR(60) NOT NULL,
    quantity INTEGER NOT NULL, price NUMERIC(10, 2) NOT NULL, PRIMARY KEY (order_id, line_no));
CREATE TABLE support_notes (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), written_on DATE NOT NULL,
    text TEXT NOT NULL);
"""
STAFF = [("Ines Lager", "ines.lager@shop.example.com"), ("Tomas Werk", "tomas.werk@shop.example.com")]
PEOPLE = [
    ("Dana Demo", "dana.demo@example.com", "+49 30 5550101", "Lindenweg 4", "Berlin", "DE"),
    ("Erik Demo", "erik.demo@example.com", "+46 8 5550102", "Björkgatan 11", "Uppsala", "SE"),
    ("Farah Demo", "farah.demo@example.com", "+33 1 5550103", "Rue des Lilas 7", "Lyon", "FR"),
    ("Gita Demo", "gita.demo@example.com", "+91 80 5550104", "14 Jacaranda Road", "Bengaluru", "IN"),
    ("Hugo Demo", "hugo.demo@example.com", None, "Calle Olmo 21", "Sevilla", "ES"),
    ("Ivy Demo", "ivy.demo@example.com", "+1 415 5550106", "88 Alder Street", "Oakland", "US"),
    ("Jonas Demo", "jonas.demo@example.com", None, "Ahornstrasse 3", "Bern", "CH"),
    ("Kirra Demo", "kirra.demo@example.com", "+61 2 5550108", "5 Wattle Lane", "Newcastle", "AU"),
]
ARTICLES = [
    ("Walnut shelf", 64.0),
    ("Linen curtain", 39.5),
    ("Oak stool", 89.0),
    ("Wool rug", 240.0),
    ("Desk lamp", 48.0),
]
POLICIES: dict[str, Any] = {
    "erase": {
        "user.contact.email": "pseudonym",
        "user.content": "delete",
        "user.authorization": {"constant": "!"},
        "user.behavior": "constant",
    },
    "retain": [
        {
            "collection": "orders",
            "where": "total <= 250",
            "fields": ["ordered_on", "total"],
            "ground": "legal_obligation",
            "until": "8 years after ordered_on",
            "note": "Small invoices stay for the tax office without name and address.",
        },
        {
            "collection": "orders",
            "ground": "legal_obligation",
            "until": "8 years after ordered_on",
            "note": "Invoices stay for the tax office.",
        },
        {"collection": "order_lines", "ground": "legal_obligation", "until": "2034-12-31"},
    ],
}


def build_sample_shop(path: Path) -> Path:
    """Make the shop's SQLite file at `path`, anew if there is one, and its systems file beside it.

    Returns the systems file, which `manage.py connect` reads. The same content at every call.
    """
    path = Path(path).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLES)
        with connection:
            _fill(connection)
    system = {
        "key": "shop",
        "label": "Sample shop",
        "place": "India",
        "url": f"sqlite:///{path}",
        "dataset": yaml.safe_load(DATASET.read_text(encoding="utf-8")),
        **POLICIES,
    }
    systems = path.with_suffix(".yml")
    systems.write_text(yaml.safe_dump({"systems": [system]}, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return systems


def _fill(connection: sqlite3.Connection) -> None:
    connection.executemany("INSERT INTO staff (full_name, email) VALUES (?, ?)", STAFF)
    first = dt.date(2024, 3, 4)
    order = 0
    for number, (name, email, phone, street, city, country) in enumerate(PEOPLE, start=1):
        joined = (first + dt.timedelta(days=11 * number)).isoformat()
        connection.execute(
            "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                email,
                name,
                phone,
                street,
                city,
                country,
                f"pbkdf2$sample${number:04d}",
                number % 2,
                joined,
                1 + number % 2,
            ),
        )
        for nth in range(1 + number % 3):
            order += 1
            lines = [(order, line, *ARTICLES[(order + line) % len(ARTICLES)]) for line in range(1, 3 + order % 2)]
            day = (first + dt.timedelta(days=11 * number + 40 * (nth + 1))).isoformat()
            total = sum(price for *_, price in lines)
            connection.execute(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", (order, number, day, name, street, city, total)
            )
            connection.executemany(
                "INSERT INTO order_lines VALUES (?, ?, ?, ?, ?)",
                [(each[0], each[1], each[2], 1, each[3]) for each in lines],
            )
        connection.execute(
            "INSERT INTO support_notes (customer_id, written_on, text) VALUES (?, ?, ?)",
            (number, joined, f"Asked when the order for {city} would arrive."),
        )
