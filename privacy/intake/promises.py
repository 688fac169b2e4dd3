"""Controls of the promises that intake keeps."""

from django.db.models import Count, Exists, OuterRef, Sum

from accounts.merging import is_known
from privacy.audit.models import AuditEvent
from privacy.intake.age_gate.models import TooYoungCount
from privacy.intake.audit_events import TOTALS_READ
from privacy.intake.models import (
    CollectedValue,
    Collection,
    IntakeCount,
    Promotion,
    PromotionEntry,
    TellTask,
    VisitorEvent,
    VisitorLink,
)
from privacy.intake.models.publishing import Publication
from privacy.intake.selectors import answers_for
from privacy.intake.services.publishing import KINDS
from privacy.intake.totals import OF, threshold
from privacy.intake.vocabulary import EntryState, PublicState
from privacy.kernel import clock
from privacy.personal_data.models import SubjectAlias
from privacy.personal_data.selectors import alias_set
from privacy.policy import decision_gate
from privacy.policy.ages import age_rules
from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.selectors import current_version, has_policy, sites, today

LOOKED_AT = 100  # browsers; one is enough to be red


def check_age_gate() -> ControlAnswer:
    """The table of ages can be read, and the policy says from which age we take data."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    countries = len({row.country for row in age_rules()})
    refused = TooYoungCount.objects.aggregate(all=Sum("count"))["all"] or 0
    age = current_version().minimum_age
    return green(
        f"Nobody under {age}, and older in some of {countries} countries; {refused} refused, none of them kept."
    )


def check_sites() -> ControlAnswer:
    """Every collection stands under a site."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    by_site = Collection.objects.filter(is_demo=False).values("site").annotate(rows=Count("id"))
    return green(f"{len(sites())} sites in the policy, {len(by_site)} of them have sent something.")


def check_collections() -> ControlAnswer:
    """Every collection names the notice that was shown."""
    rows = Collection.objects.filter(is_demo=False)
    points = rows.values("touchpoint").distinct().count()
    return green(f"{rows.count()} collections at {points} touchpoints, each with the notice that was shown.")


def check_provenance() -> ControlAnswer:
    """Nobody who has to be told waits longer than a month."""
    late = TellTask.objects.filter(told_at=None, due_on__lt=today()).count()
    if late:
        return red(f"{late} people were not told within a month where their data came from.")
    values = CollectedValue.objects.filter(is_demo=False).count()
    waiting = TellTask.objects.filter(told_at=None).count()
    return green(f"{values} values, each with its source; {waiting} people are to be told, none of them late.")


def check_numbers() -> ControlAnswer:
    """How many card and social security numbers were masked this month."""
    since = today().replace(day=1)
    found = IntakeCount.objects.filter(what="number_masked", day__gte=since).aggregate(all=Sum("count"))["all"] or 0
    return green(f"{found} card or social security numbers masked this month; none is kept.")


def check_visitor_events() -> ControlAnswer:
    """Events are kept only where the decision gate says yes; it is filled."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    if not decision_gate.is_filled():
        return red("Nobody answers whether a visitor may be tracked, so nothing is kept.")
    kept = VisitorEvent.objects.filter(is_demo=False).count()
    return green(f"Each event is asked about when it comes; {kept} are kept, of browsers that allowed it.")


def check_links() -> ControlAnswer:
    """Every visit of somebody's browser stands under a link with its basis."""
    if not decision_gate.is_filled():
        return not_configured("Nobody answers whether visits may be linked, so none are.")
    linked = VisitorLink.objects.filter(visitor=OuterRef("subject_id"), purpose=OuterRef("purpose"))
    merged = VisitorEvent.objects.filter(subject__in=SubjectAlias.objects.values("subject"), is_demo=False)
    bare = merged.exclude(Exists(linked)).values_list("subject_id", flat=True).distinct()[:LOOKED_AT]
    if people := sum(is_known(alias_set(subject)) for subject in bare):
        return red(f"Visits of {people} browsers belong to known people without a link that says on which basis.")
    rows = VisitorLink.objects.filter(is_demo=False)
    bases = ", ".join(sorted(set(rows.values_list("basis", flat=True)))) or "none"
    return green(f"{rows.count()} links of visits to people, each with its basis ({bases}).")


def check_totals() -> ControlAnswer:
    """Partners read totals, and nothing smaller than the threshold."""
    read = AuditEvent.objects.filter(type=TOTALS_READ.code, is_demo=False).count()
    return green(f"Totals of {len(OF)} kinds, from {threshold()} people a cell on, rounded down; read {read} times.")


def check_published(model: type[Publication]) -> ControlAnswer:
    """What is public has a live grant; what has lost it a moment ago is not shown either."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    rows = model._default_manager.filter(state=PublicState.PUBLISHED, is_demo=False)
    newest = list(rows.order_by("-published_at")[:500])
    without = sum(not answer.allowed for answer in answers_for(newest, now=clock.now()))
    if without:
        return red(f"{without} stand as published without a live grant; none is shown. Does a worker run?")
    ended = model._default_manager.filter(state=PublicState.ENDED, is_demo=False).count()
    return green(f"{rows.count()} published, each with a grant for exactly it; {ended} taken down.")


def check_testimonials() -> ControlAnswer:
    return check_published(KINDS["testimonial"])


def check_customers() -> ControlAnswer:
    return check_published(KINDS["customer"])


def check_promotions() -> ControlAnswer:
    """Every entry waits for its person or has their permission."""
    entered = PromotionEntry.objects.filter(state=EntryState.ENTERED, is_demo=False).count()
    return green(f"{Promotion.objects.filter(is_demo=False).count()} promotions, {entered} permitted entries.")


control(35, code="intake.promotions", label="Entries by permission, with an end", check=check_promotions)
control(37, code="intake.testimonials", label="Testimonials by permission", check=check_testimonials)
control(32, code="intake.visitor_links", label="Visits linked on a basis only, and cut", check=check_links)
control(43, code="intake.totals", label="Totals above a threshold, never rows", check=check_totals)
control(38, code="intake.customer_list", label="Customers named by permission", check=check_customers)
control(3, code="intake.sites", label="A site on every collection", check=check_sites)
control(7, code="intake.visitor_events", label="Tracking decision before any event is kept", check=check_visitor_events)
control(8, code="intake.collections", label="Collections with their notice", check=check_collections)
control(9, code="intake.provenance", label="A source on every value", check=check_provenance)
control(13, code="intake.no_card_numbers", label="No card number is taken in", check=check_numbers)
control(93, code="intake.age_gate", label="Age gate before any collection", check=check_age_gate)
