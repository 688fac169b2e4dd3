"""Reads of retention: the rules with their periods, and what is due."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, F, Q, QuerySet, Subquery

from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.personal_data.disposals import Disposable, disposables
from privacy.policy.models import RetentionPeriod
from privacy.policy.selectors import current_version, in_force, retention_periods
from privacy.retention.models import DisposalRun, RuleSwitch
from privacy.retention.rules import clock_is_odd, cutoff_at


@dataclass(frozen=True, slots=True)
class Rule:
    """A table with the period that the policy in force gives it, and its switch."""

    disposable: Disposable
    period: RetentionPeriod | None
    policy_version: dt.date
    switch: RuleSwitch | None
    last_run: DisposalRun | None

    @property
    def code(self) -> str:
        return self.disposable.code

    @property
    def days(self) -> int:
        """The period in days. InvalidInput where the policy has none, or asks for another action."""
        if self.period is None:
            raise InvalidInput(f"The policy has no retention period {self.disposable.period}.", field="rule")
        if self.period.action != self.disposable.action:
            raise InvalidInput(
                f"The policy says {self.period.action} for {self.period.code}, and the rule can only "
                f"{self.disposable.action}. Change the one or the other.",
                field="rule",
            )
        return self.period.days

    @property
    def problem(self) -> str:
        """Why the rule does not act; empty where it does."""
        try:
            days = self.days
        except InvalidInput as error:
            return error.message
        if self.switch is None:
            return "Not switched on. Look at a dry run, then switch it on."
        if days < self.switch.days:
            return (
                f"The period became shorter ({self.switch.days} → {days} days). "
                "Look at a dry run and switch it on again."
            )
        return ""

    def waits_for_person(self, now: dt.datetime) -> bool:
        """Whether a run by itself would come at an odd time."""
        moments = [self.switch.enabled_at] if self.switch else []
        moments += [self.last_run.started_at] if self.last_run else []
        return bool(moments) and clock_is_odd(now, max(moments))

    def cutoff(self, now: dt.datetime) -> dt.datetime:
        """Rows from before this moment have reached their end."""
        days = 0 if self.disposable.column_is == "end" else self.days
        return cutoff_at(now, days, settings.KEPT_TIME_ZONE)

    def due(self, cutoff: dt.datetime) -> "QuerySet[Any]":
        """The rows that have reached their end, the oldest first."""
        column = self.disposable.column
        bound: dt.datetime | dt.date = cutoff
        if not isinstance(self.disposable.model._meta.get_field(column), DateTimeField):
            bound = clock.local_date(cutoff, settings.KEPT_TIME_ZONE)
        return self.disposable.candidates().filter(**{f"{column}__lt": bound}).order_by(column, "pk")


def rules() -> list[Rule]:
    """Every registered rule, by three statements. NotFound where no policy is in force."""
    return _with_periods(disposables())


def rules_or_none() -> list[Rule]:
    """Every registered rule; none of them where no policy is in force."""
    try:
        return rules()
    except NotFound:
        return []


def rule_of(code: str) -> Rule:
    """One rule, by three statements; InvalidInput where no app registered it."""
    found = _with_periods([one for one in disposables() if one.code == code])
    if not found:
        raise InvalidInput(f"There is no retention rule {code}.", field="rule")
    return found[0]


def _with_periods(found: list[Disposable]) -> list[Rule]:
    rows = RetentionPeriod.objects.filter(version=Subquery(in_force().values("pk")[:1]))
    periods = {period.code: period for period in rows.annotate(since=F("version__effective_on"))}
    since = next((period.since for period in periods.values()), None) or current_version().effective_on
    switches = {switch.code: switch for switch in RuleSwitch.objects.filter(disabled_at=None)}
    runs = newest_runs(one.code for one in found)
    return [
        Rule(one, periods.get(one.period), since, switches.get(one.code), runs.get((one.code, False))) for one in found
    ]


def newest_runs(codes: Iterable[str]) -> dict[tuple[str, bool], DisposalRun]:
    """The newest run of each rule, and its newest dry run, by code and whether it was dry. One statement: for each
    of these pairs the database looks up one row in the index, however many runs there were."""
    wanted = list(codes)
    pairs = [(code, is_dry) for code in wanted for is_dry in (False, True)]
    same = Q()
    for code, is_dry in pairs:
        rows = DisposalRun.objects.filter(code=code, is_dry_run=is_dry).order_by("-started_at", "-pk")
        same |= Q(pk=Subquery(rows.values("pk")[:1]))
    if not pairs:
        return {}
    return {(run.code, run.is_dry_run): run for run in DisposalRun.objects.filter(same)}


def periods_without_rule(periods: Iterable[RetentionPeriod] | None = None) -> list[RetentionPeriod]:
    """The periods of the policy that no table here is bound to: shown, never passed over."""
    bound = {one.period for one in disposables()}
    return [period for period in (retention_periods() if periods is None else periods) if period.code not in bound]
