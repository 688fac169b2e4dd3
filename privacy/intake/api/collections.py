"""POST /api/v1/collections: what a person gave on a site, with the notice that was shown and the source of each
value."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import Min
from django.http import HttpRequest, JsonResponse

from accounts.api_keys import read_json, with_api_key
from accounts.api_shapes import idem_key_of, must_post, person
from privacy.intake.api.ages import check_age
from privacy.intake.models import Collection
from privacy.intake.rules import Answer, Given, Value
from privacy.intake.services.accepting import mac_of
from privacy.intake.services.collecting import collect
from privacy.intake.vocabulary import PURPOSE_OF, Touchpoint
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import InvalidInput
from privacy.kernel.json_shape import Fields

MOST_VALUES, MOST_CONSENTS, LONGEST_VALUE = 50, 30, 4000


@with_api_key("collect")
def collections(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """201 for a new collection, 200 for the same one sent again."""
    must_post(request)
    now = clock.now()
    idem_key = idem_key_of(request)
    fields = Fields(read_json(request))
    given = _given(fields, now)
    check_age(fields, now=now)
    fields.end()
    collected = collect(
        given=given,
        key_id=key_id,
        idem_key=idem_key,
        body_mac=mac_of(request.body),
        actor=Actor(ActorKind.API, key_id, via="collections"),
        now=now,
    )
    return JsonResponse(_as_json(collected.collection), status=201 if collected.is_new else 200)


def _given(fields: Fields, now: dt.datetime) -> Given:
    kind, identifier = person(fields)
    touchpoint = fields.choice("touchpoint", Touchpoint.values)
    notice = fields.part("notice")
    notice_on, language = notice.day("version"), notice.language("language")
    notice.end()
    return Given(
        kind=kind,
        identifier=identifier,
        touchpoint=touchpoint,
        site=fields.code("site", most=40),
        form=fields.code("form"),
        notice_on=notice_on,
        language=language,
        purpose=fields.code("purpose", default=PURPOSE_OF[Touchpoint(touchpoint)]),
        values=[_value(row, now) for row in fields.rows("values", most=MOST_VALUES)],
        answers=[_answer(row) for row in fields.rows("consents", most=MOST_CONSENTS)],
    )


def _value(row: Fields, now: dt.datetime) -> Value:
    value = Value(
        name=row.code("name"),
        category=row.code("category"),
        text=row.text("value", most=LONGEST_VALUE, lines=True),
        source=row.code("source", most=40, default="person"),
        obtained_on=row.day("obtained_on") if row.has("obtained_on") else None,
        evidence=row.text("evidence", most=400) if row.has("evidence") else "",
    )
    if value.obtained_on and value.obtained_on > now.date() + dt.timedelta(days=1):
        raise InvalidInput("This day has not come yet.", field=row.path("obtained_on"))
    row.end()
    return value


def _answer(row: Fields) -> Answer:
    answer = Answer(row.code("purpose"), row.yes("answer"), row.code("recipient") if row.has("recipient") else "")
    row.end()
    return answer


def _as_json(row: Collection) -> dict[str, Any]:
    tell_by = row.tell_tasks.aggregate(day=Min("due_on"))["day"]
    return {
        "id": str(row.pk),
        "received_at": row.received_at.isoformat(),
        "touchpoint": row.touchpoint,
        "site": row.site,
        "notice_version": row.notice_on.isoformat(),
        "masked": row.masked,
        "tell_by": tell_by.isoformat() if tell_by else None,
        "consents": row.asked,
    }
