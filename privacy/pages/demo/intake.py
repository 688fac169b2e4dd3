"""What came in about Dana before today: forms, a quotation, a promotion, companies that receive data."""

import datetime as dt
import uuid
from typing import Any

from consent.scoped.services import decide_scope
from consent.services import How
from consent.vocabulary import Door
from privacy.intake.models import CustomerEntry, Testimonial
from privacy.intake.rules import Answer, Given, Value
from privacy.intake.selectors import shown_of
from privacy.intake.services.collecting import collect
from privacy.intake.services.promotions import open_promotion
from privacy.intake.services.publishing import publish, receive
from privacy.kernel.actors import OPERATOR, Actor
from privacy.kernel.errors import NotAllowed
from privacy.pages.demo.cast import DANA, user_of
from privacy.policy.selectors import current_version
from privacy.registers.services.disclosing import Wish, disclose
from privacy.registers.services.recipients import keep_recipient

DAY = dt.timedelta(days=1)
SITE_KEY = uuid.UUID(int=1)  # the demo's sites report through no key of their own
STRIPE = {
    "policy_code": "stripe",
    "label": "Stripe",
    "country": "United States",
    "uses": "Takes card payments for us.",
    "categories": ["identification", "billing"],
    "contract": "Services agreement and DPA",
    "policy_url": "https://stripe.com/privacy",
}
NORTHWIND = {
    "policy_code": "marketing_partners",
    "label": "Northwind Traders",
    "country": "Ireland",
    "uses": "Writes to you about its own products for warehouses, at most once a month.",
    "categories": ["identification"],
    "contract": "Partner agreement 2024-07",
    "policy_url": "https://northwind.example/privacy",
}


def remember_intake(*, now: dt.datetime) -> None:
    """Through the services that the doors use, with earlier times."""
    _collections(now)
    _publications(now)
    _recipients(now)


def _collections(now: dt.datetime) -> None:
    found = Value(
        "job_title", "identification", "Head of operations", "linkedin", (now - 20 * DAY).date(), "Public profile"
    )
    for number, (touchpoint, site, form, days, values, answers) in enumerate(
        (
            ("trial", "main", "try-it", 90, (Value("company", "business", "Dana’s Warehouse"),), ()),
            ("blog", "blogs", "comment", 40, (Value("shown_name", "identification", "Dana D."),), ()),
            ("event", "main", "open-day", 20, (found,), (Answer("events", is_yes=False),)),
        )
    ):
        purpose = {"trial": "account_service", "blog": "community", "event": "event_attendance"}[touchpoint]
        collect(
            given=Given(
                kind="email",
                identifier=DANA.email,
                touchpoint=touchpoint,
                site=site,
                form=form,
                notice_on=current_version().effective_on,
                language="en",
                purpose=purpose,
                values=values,
                answers=answers,
            ),
            key_id=SITE_KEY,
            idem_key=f"demo-{number}",
            body_mac="",
            actor=OPERATOR,
            now=now - days * DAY,
        )


def _publications(now: dt.datetime) -> None:
    dana, at = user_of(DANA), now - 30 * DAY
    values: dict[str, Any] = {
        "shown_name": "Dana D., warehouse owner",
        "language": "en",
        "text": "We found every parcel again. And our evenings.",
    }
    who = ("email", DANA.email)
    row, _ = receive(model=Testimonial, person=who, values=values, site="main", actor=OPERATOR, now=at)
    decide_scope(
        subject_id=dana.subject_id,
        purpose_code=row.purpose,
        scope=row.scope,
        allow=True,
        digest=shown_of(row).digest,
        how=How(Door.SIGNED_IN, site="main"),
        actor=Actor.subject(dana.subject_id, via="account"),
        now=at + DAY,
    )
    publish(row=row, actor=OPERATOR, now=at + 2 * DAY)
    line = {"shown_name": "Dana’s Warehouse", "language": "en"}
    receive(model=CustomerEntry, person=who, values=line, site="main", actor=OPERATOR, now=now - 2 * DAY)
    open_promotion(
        code="spring-draw",
        label="Spring draw",
        terms="Win a year of service. We draw one name on the last day and write to the winner only.",
        site="main",
        ends_on=(now + 30 * DAY).date(),
        actor=OPERATOR,
        now=now - 5 * DAY,
    )


def _recipients(now: dt.datetime) -> None:
    signed, review = (now - 400 * DAY).date(), (now + 200 * DAY).date()
    for code, values in (("stripe", STRIPE), ("northwind", NORTHWIND)):
        dated = {**values, "contract_on": signed, "contract_until": None, "measures": "", "review_on": review}
        keep_recipient(code=code, values=dated, actor=OPERATOR, now=now - 300 * DAY)
    shared = {"kind": "email", "identifier": DANA.email}
    paid = Wish(**shared, recipient="stripe", purpose="payment", categories=("identification", "billing"))
    disclose(wish=paid, idem_key="demo-paid", body_mac="", actor=OPERATOR, now=now - 60 * DAY)
    wished = Wish(**shared, recipient="northwind", purpose="third_party_sharing", categories=("identification",))
    try:
        disclose(wish=wished, idem_key="demo-wished", body_mac="", actor=OPERATOR, now=now - 9 * DAY)
    except NotAllowed:
        return  # she never agreed to that company: one more no in the count
