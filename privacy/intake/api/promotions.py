"""POST /api/v1/promotions/CODE/entries: somebody enters a promotion, and is asked by mail whether it is so."""

import uuid

from django.http import HttpRequest, JsonResponse

from accounts.api_keys import read_json, with_api_key
from accounts.api_shapes import idem_key_of, must_post, person
from privacy.intake.api.ages import check_age
from privacy.intake.services.accepting import mac_of
from privacy.intake.services.promotions import enter_promotion
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.json_shape import Fields

MOST_ANSWERS, LONGEST_ANSWER = 20, 2000


@with_api_key("collect")
def entries(request: HttpRequest, key_id: uuid.UUID, code: str) -> JsonResponse:
    """202 for a new entry, which waits for the person's permission; 200 for the same one sent again."""
    must_post(request)
    now = clock.now()
    idem_key = idem_key_of(request)
    fields = Fields(read_json(request))
    who = person(fields)
    has_consented = fields.yes("consent")
    language = fields.language("language")
    answers = {}
    for row in fields.rows("answers", most=MOST_ANSWERS):
        answers[row.code("name")] = row.text("value", most=LONGEST_ANSWER, lines=True)
        row.end()
    check_age(fields, now=now)
    fields.end()
    entry, is_new = enter_promotion(
        code=code,
        person=who,
        answers=answers,
        has_consented=has_consented,
        language=language,
        accept=(key_id, idem_key, mac_of(request.body)),
        actor=Actor(ActorKind.API, key_id, via="promotions"),
        now=now,
    )
    return JsonResponse({"id": str(entry.pk), "state": entry.state}, status=202 if is_new else 200)
