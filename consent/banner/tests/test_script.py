"""The one script: small with its styles, in every language the same, storing nothing by being loaded (E-2)."""

import gzip
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent.banner.consent_mode import TYPES, BadMapping, consent_mode
from consent.banner.script import code, styles
from consent.banner.words import WORDS, language_of
from consent.models import ConsentEvent
from privacy.personal_data.models import Subject

pytestmark = pytest.mark.django_db
MOST_BYTES = 6000


def settings_in(script: str) -> Any:
    """What the server put into the script."""
    return json.loads(re.search(r"^\}\)\((\{.*\}), window, document\);$", script, re.MULTILINE).group(1))  # type: ignore[union-attr]  # it is there, or the test fails here


@pytest.mark.parametrize("language", WORDS)
def test_it_is_small_with_its_styles_and_the_consent_mode(key: str, client: Client, language: str) -> None:
    path = f"/banner/v1.js?site={key}&lang={language}&gcm=1"
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) <= MOST_BYTES
    plain = client.get(path).content
    assert gzip.decompress(answer.content) == plain and styles().encode() in plain.replace(b'\\"', b'"')
    assert settings_in(plain.decode())["w"] == dict(WORDS[language])


def test_loading_it_stores_nothing_and_sets_no_cookie(key: str, client: Client) -> None:
    people = Subject.objects.count()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"/banner/v1.js?site={key}", headers={"Sec-GPC": "1"})
    assert not answer.cookies and Subject.objects.count() == people and not ConsentEvent.objects.exists()
    assert not [query for query in asked if not query["sql"].startswith("SELECT")]
    found = settings_in(answer.text)
    assert found["s"] == ["gpc"] and not any(one["g"] for one in found["p"])
    assert {"Sec-GPC", "Cookie", "Accept-Language"} <= set(re.split(r",\s*", answer.headers["Vary"]))


def test_it_calls_nobody_else_and_speaks_no_code_of_the_ad_industry(key: str, client: Client) -> None:
    """TC strings may come from registered consent platforms only, and nobody here sells inventory."""
    script = client.get(f"/banner/v1.js?site={key}&gcm=1").text
    assert not re.search(r"__tcfapi|__gpp|__uspapi|euconsent", script)
    assert not re.search(r"https?://", script)
    assert code().count("fetch(") == 1 and "document.cookie" not in script and "localStorage" not in script
    assert "sendBeacon" not in script and "eval(" not in script and "innerHTML" not in script


def test_what_has_not_changed_is_not_sent_again(key: str, client: Client) -> None:
    path = f"/banner/v1.js?site={key}"
    tag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path, headers={"If-None-Match": tag, "Sec-GPC": "1"}).status_code == 200


@pytest.mark.parametrize("site", ["", "site_x", "<script>", "x" * 5000])
def test_a_site_that_is_not_ours_gets_no_banner(demo_policy: Any, client: Client, site: str) -> None:
    answer = client.get("/banner/v1.js", {"site": site})
    assert answer.status_code == 404 and "<script>" not in answer.text


def test_without_a_policy_there_is_no_banner(db: None, client: Client) -> None:
    assert client.get("/banner/v1.js?site=site_x").status_code == 404


def test_the_language_is_the_sites_then_the_browsers() -> None:
    assert language_of("de", "fr") == "de" and language_of("", "pt-BR,pt;q=0.9") == "pt"
    assert language_of("xx", "yy, es;q=0.5") == "es" and language_of("", "") == "en"
    assert language_of("../../x", "\x00") == "en"


@pytest.mark.parametrize("language", WORDS)
def test_every_language_says_everything_and_shames_nobody(language: str) -> None:
    words = WORDS[language]
    assert set(words) == set(WORDS["en"]) and all(words.values())
    assert 0.5 < len(words["reject"]) / len(words["accept"]) < 2  # two buttons, equally plain
    assert not re.search(
        r"later|später|plus tard|más tarde|mais tarde|sorry|miss|pay|subscribe", " ".join(words.values()), re.IGNORECASE
    )


def test_what_a_policy_says_cannot_end_the_script(key: str, client: Client) -> None:
    script = client.get(f"/banner/v1.js?site={key}").text
    assert "</" not in script.replace("=>", "") and "\u2028" not in script


@pytest.mark.parametrize(
    "text",
    ["types: 3", "types: {ad_storage: []}", "wait_for_update: x", "types: [a, b]", "{", ""],
)
def test_a_broken_consent_mode_mapping_says_what_to_mend(settings: Any, tmp_path: Any, text: str) -> None:
    settings.KEPT_CONSENT_MODE = tmp_path / "mapping.yaml"
    settings.KEPT_CONSENT_MODE.write_text(text)
    with pytest.raises(BadMapping):
        consent_mode()


def test_the_seven_types_are_there(key: str, client: Client) -> None:
    assert tuple(consent_mode()["t"]) == TYPES and consent_mode()["w"] == 500
    assert settings_in(client.get(f"/banner/v1.js?site={key}").text)["m"] is None
