"""Many rows for tests that need volume. One person with everything around them: see `cast.py`."""

import datetime as dt
from typing import Any

import factory

from accounts.models import EndReason, LoginEvent, User
from dsr.models import Contact, RequestItem, SubjectRequest
from dsr.states import Channel, Right, State
from privacy.kernel import clock
from privacy.personal_data.models import Subject


class SubjectFactory(factory.django.DjangoModelFactory[Subject]):
    """A person of whom nothing is known."""

    class Meta:
        model = Subject


class UserFactory(factory.django.DjangoModelFactory[User]):
    """Somebody who could sign in, without a password."""

    email = factory.Sequence(lambda number: f"person{number}@example.com")
    name = factory.Sequence(lambda number: f"Person {number}")
    subject = factory.SubFactory(SubjectFactory)

    class Meta:
        model = User


class EndedLoginFactory(factory.django.DjangoModelFactory[LoginEvent]):
    """A login that ended with a click on sign out. `logged_in_at` says when all of it was."""

    subject = factory.SubFactory(SubjectFactory)
    logged_in_at = factory.LazyFunction(clock.now)
    expires_at = factory.SelfAttribute("logged_in_at")
    logged_out_at = factory.SelfAttribute("logged_in_at")
    end_reason = EndReason.LOGOUT

    class Meta:
        model = LoginEvent

    @classmethod
    def rows(cls, count: int, **values: Any) -> list[LoginEvent]:
        """`count` logins in one insert."""
        return LoginEvent.objects.bulk_create(cls.build_batch(count, **values))


class CaseFactory(factory.django.DjangoModelFactory[SubjectRequest]):
    """A received, identified erasure request, three days old, with its contact."""

    reference = factory.Sequence(lambda number: f"K-{number:05d}")
    state = State.RECEIVED
    channel = Channel.WEB
    subject = factory.SubFactory(SubjectFactory)
    received_at = factory.LazyFunction(lambda: clock.now() - dt.timedelta(days=3))
    identity_level = "V1"
    contact = factory.LazyFunction(lambda: {"email": "someone@example.com"})

    class Meta:
        model = SubjectRequest

    @classmethod
    def _create(cls, model_class: type[SubjectRequest], *args: Any, **values: Any) -> SubjectRequest:
        contact = values.pop("contact")
        case: SubjectRequest = super()._create(model_class, *args, **values)  # type: ignore[no-untyped-call]  # typed in part
        RequestItem.objects.create(subject_request=case, right=Right.ERASURE)
        Contact.objects.create(subject_request=case, **contact)
        return case
