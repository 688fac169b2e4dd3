"""The short way of the decision API: one statement, an open connection that may have been cut, keys first."""

import json

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.api_keys import make_api_key
from accounts.models import ApiKey, User
from accounts.services import merge_subjects
from consent.api.decisions import SHORT
from consent.tests.conftest import Ask, choose
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM

QUESTION = {"subject": {"email": "alice@example.com"}, "purpose": "newsletter"}


@pytest.mark.django_db
def test_one_question_is_one_statement(
    ask: Ask, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    choose(alice, "newsletter", allow=True)
    choose(alice, "newsletter", allow=False)
    choose(alice, "product_news", allow=True)
    ask(purpose="newsletter")  # the purposes are in memory now
    with django_assert_num_queries(1):
        answer = ask(purpose="newsletter")
    assert (answer["decision"], answer["reason"]) == ("deny", "withdrawn")
    with django_assert_num_queries(1):
        assert ask(purpose="newsletter", email="nobody@example.com")["reason"] == "not_given"


@pytest.mark.django_db
def test_alone_or_in_a_list_the_answer_is_the_same(ask: Ask, alice: User, bob: User) -> None:
    choose(alice, "newsletter", allow=True)
    choose(bob, "newsletter", allow=False)
    assert [ask(QUESTION)] == ask([QUESTION])
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    assert ask(QUESTION)["decision"] == "deny"
    assert [ask(QUESTION)] == ask([QUESTION])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", ["{", "[]", "3", {"subject": {"email": "alice"}, "purpose": "newsletter"}, "x" * (SHORT + 1)]
)
def test_who_has_no_key_does_not_learn_what_is_wrong_with_the_question(ask: Ask, body: object) -> None:
    ask(body, key="wrong", status=401)
    ask(body, status=400)


@pytest.mark.django_db
def test_a_key_for_something_else_may_not_ask(ask: Ask) -> None:
    other = make_api_key(label="sites", scopes="collect", actor=OPERATOR, now=clock.now())
    ask(QUESTION, key=other, status=401)
    ask([QUESTION], key=other, status=401)
    assert ApiKey.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_costs_no_answer(ask: Ask, alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    key = make_api_key(label="other", scopes="decisions", actor=OPERATOR, now=clock.now())
    connection.connection.close()  # as after a restart of the database; Django does not know yet
    answer = Client().post(
        "/api/v1/decisions",
        json.dumps(QUESTION),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, answer.json()["decision"]) == (200, "allow")


@pytest.mark.django_db
def test_a_choice_is_one_reading_and_one_writing(
    alice: User, demo_policy: object, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    choose(alice, "newsletter", allow=True)
    # the savepoint's two ends; lock, person, policy and what stands in one; event, log and projection in one
    with django_assert_num_queries(4 if connection.vendor == "postgresql" else 6):
        choose(alice, "newsletter", allow=False)
