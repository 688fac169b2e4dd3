"""The age gate of reports."""

import datetime as dt

from django.conf import settings

from privacy.intake.age_gate.services import EARLIEST, count_refusal, country_code, is_old_enough, is_proof
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput, NotAllowed
from privacy.kernel.json_shape import Fields
from privacy.policy.ages import minimum_age
from privacy.policy.board import is_on

TOO_YOUNG = "Whoever is this young gives us nothing. Nothing was kept."


def check_age(fields: Fields, *, now: dt.datetime) -> None:
    """The age gate: `age` is `{"proof": …}` from the gate's page, or `{"born_on": …}` or `{"years": …}`, each
    with a `country` where it is known. The answer is looked at and forgotten. NotAllowed for who is too young."""
    age = fields.part("age")
    if age.has("proof"):
        is_fine = is_proof(age.text("proof", most=600), now) or not is_on("intake.age_gate")
        age.end()
        if not is_fine:
            raise InvalidInput("This proof is older than an hour, or none of ours.", field="age.proof")
        return
    country = country_code(age.text("country", most=2, default="") if age.has("country") else "")
    if age.has("born_on"):
        born_on = age.day("born_on")
        age.end()
        try:
            is_fine = is_old_enough(born_on=born_on, country=country, now=now)
        except InvalidInput as error:
            raise InvalidInput(error.message, field=f"age.{error.field}") from None
    else:
        years = age.whole("years", 0, EARLIEST)
        age.end()
        today = clock.local_date(now, settings.KEPT_TIME_ZONE)
        is_fine = years >= minimum_age(country, today) or not is_on("intake.age_gate")
        if not is_fine:
            count_refusal(country=country, on=today)
    if not is_fine:
        raise NotAllowed(TOO_YOUNG, field="age", code="too_young")
