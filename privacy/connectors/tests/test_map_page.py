"""The page that draws a data map: a picture with its text, the same in a table, and a part of a large one."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from privacy.connectors.models import ConnectedSystem
from privacy.connectors.sample import build_sample_shop
from privacy.personal_data.contract import Handler
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
Connect = Callable[..., Handler]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def operator() -> User:
    return make_user("ines@kept.example", "manage_systems", is_staff=True)


def door() -> str:
    return f"/console/connectors/connectedsystem/{ConnectedSystem.objects.get().pk}/map/"


def picture_of(page: str) -> ET.Element:
    found = re.search(r"<svg class=\"map\".*?</svg>", page, re.DOTALL)
    assert found
    return ET.fromstring(found[0])  # noqa: S314 - our own page


def boxes(picture: ET.Element) -> dict[str, str]:
    """Name of each collection and how it is drawn."""
    return {
        group.findtext(f"{SVG}text") or "": group.attrib["class"].removeprefix("node node-")
        for group in picture.iter(f"{SVG}g")
    }


def test_a_map_is_drawn_with_its_text_and_the_same_in_a_table(tmp_path: Path, connect: Connect, operator: User) -> None:
    connect(build_sample_shop(tmp_path / "shop.sqlite"), "shop")
    page = signed_in(operator).get(door()).content.decode()
    picture = picture_of(page)
    assert boxes(picture) == {
        "customers": "start",
        "orders": "found",
        "support_notes": "found",
        "order_lines": "found",
        "staff": "lost",
    }
    title, text = picture.findtext(f"{SVG}title"), picture.findtext(f"{SVG}desc") or ""
    assert title == "Data map of Sample shop" and "5 collections and 4 references" in text
    assert picture.attrib["aria-labelledby"] == "map-title map-desc" and picture.attrib["role"] == "img"
    ways = [path.attrib["class"] for path in picture.iter(f"{SVG}path") if "class" in path.attrib]
    assert sorted(ways) == ["way", "way", "way", "way way-not"]
    assert "No way leads to staff" in page and "rows are deleted" in page and "legal_obligation" in page
    assert "email (email)" in page and "staff (not followed)" in page and "style=" not in page


def test_a_part_is_drawn_and_an_unknown_one_is_not_there(tmp_path: Path, connect: Connect, operator: User) -> None:
    connect(build_sample_shop(tmp_path / "shop.sqlite"), "shop")
    client = signed_in(operator)
    page = client.get(door(), {"around": "orders"}).content.decode()
    assert set(boxes(picture_of(page))) == {"customers", "orders", "order_lines"} and "The whole map" in page
    assert client.get(door(), {"around": "<script>"}).status_code == 404


def test_a_database_that_is_silent_is_said_and_the_map_alone_drawn(
    tmp_path: Path, connect: Connect, operator: User
) -> None:
    systems = build_sample_shop(tmp_path / "shop.sqlite")
    connect(systems, "shop")
    systems.with_suffix(".sqlite").unlink()
    page = signed_in(operator).get(door())
    assert page.status_code == 200 and "The database does not answer" in page.content.decode()
    assert len(boxes(picture_of(page.content.decode()))) == 5 and str(tmp_path) not in page.content.decode()


def test_three_hundred_collections_do_not_stand_on_each_other_and_cost_no_more_questions(
    tmp_path: Path, operator: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    names = [f"table_{n:03}" for n in range(300)]
    link = [{"dataset": "big", "field": "table_000.id", "direction": "from"}]
    key = {"name": "id", "data_categories": ["system"], "fides_meta": {"primary_key": True}}
    email = {"name": "email", "data_categories": ["user.contact.email"], "fides_meta": {"identity": "email"}}
    owner = {"name": "owner", "data_categories": ["system"], "fides_meta": {"references": link}}
    collections = [{"name": name, "fields": [key, owner if name != names[0] else email]} for name in names]
    dataset = {"fides_key": "big", "name": "Big", "collections": collections}
    url = f"sqlite:///{tmp_path / 'none.sqlite'}"
    ConnectedSystem.objects.create(key="big", label="Big", url=url, dataset=json.dumps(dataset), digest="x")
    client = signed_in(operator)
    client.get(door())
    with django_assert_max_num_queries(12):
        page = client.get(door()).content.decode()
    places = [group.attrib["transform"] for group in picture_of(page).iter(f"{SVG}g")]
    assert len(places) == len(set(places)) == 300 and "choose a collection in the table" in page


def test_who_may_look(tmp_path: Path, connect: Connect, lena: User) -> None:
    connect(build_sample_shop(tmp_path / "shop.sqlite"), "shop")
    assert signed_in(lena).get(door()).status_code == 403 and Client().get(door()).status_code == 302
    client = signed_in(make_user("ines@kept.example", "manage_systems", is_staff=True))
    assert client.post(door()).status_code == 405
    assert client.get(door().replace("map", "maps")).status_code in {302, 404}
