"""What the tests of consent share."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import User
from consent.models import ConsentEvent
from consent.services import How, set_preference
from consent.terms import forget_terms
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor

Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def fresh_terms() -> Iterator[None]:
    forget_terms()
    yield
    forget_terms()


@pytest.fixture
def ask(demo_policy: Any) -> Ask:
    """Ask the decision API as a partner system: keyword arguments are the question."""
    key = make_api_key(label="shop", scopes="decisions", actor=OPERATOR, now=clock.now())

    def post(body: Any = None, *, key: str = key, status: int = 200, **question: Any) -> Any:
        if body is None:
            body = {"subject": {"email": question.pop("email", "alice@example.com")}, **question}
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        answer = Client().post(
            "/api/v1/decisions", text, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    return post


def choose(user: User, purpose: str, *, allow: bool, **more: Any) -> list[ConsentEvent]:
    """A signed-in person decides."""
    how = more.pop("how", How(Door.SIGNED_IN))
    return set_preference(
        subject_id=user.subject_id,
        purpose_code=purpose,
        allow=allow,
        how=how,
        actor=Actor.subject(user.subject_id),
        now=more.pop("now", clock.now()),
        **more,
    )
