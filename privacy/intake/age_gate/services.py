"""Whether somebody is old enough, and the proof of it that travels from the gate to the form that needs it.

`is_old_enough` is what every collection asks. The day of birth is looked at and forgotten.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F

from privacy.intake.age_gate.models import TooYoungCount
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.kernel.tokens import open_token, sealed_token
from privacy.policy.ages import CODE, age_on, minimum_age
from privacy.policy.board import is_on

PROOF = "intake.age"
PROOF_LASTS = dt.timedelta(hours=1)
EARLIEST = 130  # years: nobody is older


def is_old_enough(*, born_on: dt.date, country: str, now: dt.datetime) -> bool:
    """Whether we may take this person's data. A no is counted by day and country, and nothing else is kept.

    Raises InvalidInput(born_on, country) for what cannot be a day of birth or a country code.
    """
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    if not dt.timedelta(0) <= today - born_on <= dt.timedelta(days=366 * EARLIEST):
        raise InvalidInput("Give a day of birth in the past.", field="born_on")
    code = country_code(country)
    if age_on(born_on, today) >= minimum_age(code, today) or not is_on("intake.age_gate"):
        return True
    count_refusal(country=code, on=today)
    return False


def country_code(country: str) -> str:
    """Two capital letters, or nothing; InvalidInput(country) for anything else."""
    code = country.strip().upper()
    if code and not CODE.fullmatch(code):
        raise InvalidInput("Give the country as its two-letter code, such as DE.", field="country")
    return code


@transaction.atomic
def count_refusal(*, country: str, on: dt.date) -> None:
    """One more."""
    row, _ = TooYoungCount.objects.get_or_create(day=on, country=country)
    TooYoungCount.objects.filter(pk=row.pk).update(count=F("count") + 1)


def make_proof(now: dt.datetime) -> str:
    """What the gate gives to somebody who is old enough: that, and when it was asked."""
    return sealed_token(PROOF, {"at": int(now.timestamp())})


def is_proof(token: str, now: dt.datetime) -> bool:
    """Whether this was given by the gate within the hour."""
    try:
        at = dt.datetime.fromtimestamp(int(open_token(PROOF, token)["at"]), dt.UTC)
    except NotFound:
        return False
    return dt.timedelta(0) <= now - at + dt.timedelta(seconds=1) <= PROOF_LASTS
