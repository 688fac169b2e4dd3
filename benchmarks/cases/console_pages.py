"""The pages of the console that grow with subject requests, by name, and somebody who may open each of them."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from benchmarks.cases import setting_up
from benchmarks.cases.requests_filling import KNOWN
from dsr.models import SubjectRequest
from dsr.states import OPEN
from privacy.kernel import clock
from privacy.testing.cast import signed_in

CONSOLE = "/console/"
QUEUE = f"{CONSOLE}dsr/subjectrequest/"
STAFF = "lena@bench.example"
PAGES, PER_PAGE = 20, 50  # pages that have a number
RIGHTS = (
    "work_subject_request",
    "approve_erasure",
    "switch_rules",
    "manage_holds",
    "publish_policy",
    "manage_webhooks",
    "manage_recipients",
    "tell_people",
    "approve_demand",
    "review_documents",
)
SHOWN = {  # of the queue, by what its filters are asked
    "queue": "",
    "queue, mine": "?owner=me",
    "queue, overdue": "?show=overdue",
    "queue, due in 3 days": "?show=due_3",
    "queue, due in 7 days": "?show=due_7",
    "queue, not confirmed": "?show=unverified",
    "queue, with a new message": "?message=new",
    "queue, right and law": "?right=erasure&law=EU-",
    "queue, everything": "?show=all",
    "queue, everything of a right and a law": "?show=all&right=portability&law=UK-",
    "register of refusals": "?show=all&register=refusals",
    "register of what systems kept": "?show=all&register=kept",
    "register of extensions": "?show=all&register=extensions",
    "register of complaints": "?show=all&register=complaints",
    "register of appeals": "?show=all&register=appeals",
    "register of children": "?show=all&register=children",
    "register of referrals": "?show=all&register=referrals",
}
OTHERS = {
    "start page": "",
    "evidence log": "audit/auditevent/",
    "promise board": "policy/policyversion/promises/",
    "legal demands": "demands/legaldemand/",
    "legal holds": "retention/legalhold/",
    "disclosures": "registers/disclosure/",
    "reviews": "review/review/",
    "questions to people": "desks/deskquestion/",
    "mail": "jobs/outboxmessage/",
    "jobs": "jobs/job/",
}


def pages(client: Client) -> dict[str, Callable[[], object]]:
    """What is opened, by its name."""
    last = SubjectRequest.objects.order_by("-reference")[0]
    year = clock.now().year
    number = SubjectRequest.objects.count()
    last_page = min(PAGES, -(-number // PER_PAGE))
    middle = SubjectRequest.objects.order_by("received_at")[number // 2]
    found = {
        **{name: QUEUE + asked for name, asked in SHOWN.items()},
        **{name: CONSOLE + path for name, path in OTHERS.items()},
        "queue, by reference": f"{QUEUE}?show=all&q={last.reference}",
        "queue, everything, last page by number": f"{QUEUE}?show=all&p={last_page}",
        "queue, everything, from the middle on": f"{QUEUE}?show=all&after={middle.pk}",
        "saved views": f"{QUEUE}views/",
        "one case": f"{QUEUE}{last.pk}/change/",
        "month": f"{QUEUE}month/",
        "report of this year": f"{QUEUE}reports/",
        "report of last year": f"{QUEUE}reports/?year={year - 1}",
        "report as CSV": f"{QUEUE}reports/{year - 1}.csv",
    }
    asked: dict[str, Callable[[], object]] = {name: partial(_get, client, path) for name, path in found.items()}
    asked["by address"] = partial(_post, client, f"{QUEUE}find/", {"sought": KNOWN})
    return asked


def _get(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    answer.getvalue() if answer.streaming else answer.content


def _post(client: Client, path: str, values: dict[str, str]) -> None:
    if b"KX-B" not in client.post(path, values).content:
        raise RuntimeError(f"{path}: nothing found")


def staff() -> Client:
    """Somebody of legal with every right that a page asks for, signed in with the second factor."""
    user = User.objects.filter(email=STAFF).first() or setting_up.person(STAFF, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    mine = SubjectRequest.objects.filter(state__in=OPEN).order_by("reference")[: PER_PAGE + 1]
    SubjectRequest.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).update(assigned_to=user.pk)
    client = signed_in(user)
    client.defaults["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
    return client
