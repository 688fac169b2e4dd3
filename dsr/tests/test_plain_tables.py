"""Legal reads in plain words what an erasure would do; names of tables and columns are a detail."""

import re
from collections.abc import Callable

import pytest

from accounts.models import User
from dsr.models import ErasurePlan, SubjectRequest
from dsr.plain_tables import spoken, values_in_words
from dsr.selectors import buckets
from dsr.tests.conftest import Shop
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("InvoiceLine", "invoice line"),
        ("invoice_line", "invoice line"),
        ("HTTPLog", "http log"),
        ("public.a_b", "public a b"),
    ],
)
def test_names_are_said_as_people_say_them(name: str, words: str) -> None:
    assert spoken(name) == words


def test_lists_read_as_sentences() -> None:
    assert values_in_words(["first_name", "Email", "zip"]) == "first name, email and zip"
    assert values_in_words(["email"]) == "email" and values_in_words([]) == ""


def test_the_preview_and_the_frozen_plan_name_no_table_but_as_a_detail(
    make_case: MakeCase, shop: Shop, lena: User, nora: User
) -> None:
    case = make_case()
    client = signed_in(lena)
    page = client.get(f"/console/dsr/subjectrequest/{case.pk}/preview/").content.decode()
    client.post(f"/console/dsr/subjectrequest/{case.pk}/preview/")
    plan = ErasurePlan.objects.get()
    frozen = signed_in(nora).get(f"/console/dsr/subjectrequest/plan/{plan.pk}/").content.decode()
    for text in (page, frozen):
        details = re.findall(r"<details>.*?</details>", text, re.DOTALL)
        plain = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
        assert any("accounts.User" in each for each in details)
        assert "accounts.User" not in plain and "last_login" not in plain
        assert "Kept" in plain and "account" in plain  # the system and the category
        assert "Overwrites" not in plain


def test_what_of_ours_holds_nothing_is_folded_away_and_no_outside_system_is() -> None:
    none = {"tables": [], "label": "x", "handler": "x", "not_offered": ""}
    nothing = buckets(
        [
            {**none, "system": "kept", "label": "Logins"},
            {**none, "system": "shop", "label": "Shop"},
            {**none, "system": "kept", "label": "Log", "not_offered": "It is evidence."},
        ]
    )[-1]
    assert [(is_folded, [line["label"] for line in lines]) for is_folded, lines in nothing.parts] == [
        (False, ["Shop", "Log"]),
        (True, ["Logins"]),
    ]
