"""Reads of retention: the rules with their periods, and what is due."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, QuerySet

from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.disposals import Disposable, disposables
from privacy.policy.models import RetentionPeriod
from privacy.policy.selectors import current_version, retention_periods
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
    """Every registered rule. NotFound where no policy is in force."""
    return _with_periods(disposables())


def rule_of(code: str) -> Rule:
    """One rule, by four statements; InvalidInput where no app registered it."""
    found = _with_periods([one for one in disposables() if one.code == code])
    if not found:
        raise InvalidInput(f"There is no retention rule {code}.", field="rule")
    return found[0]


def _with_periods(found: list[Disposable]) -> list[Rule]:
    version = current_version()
    periods = {period.code: period for period in retention_periods(version)}
    switches = {switch.code: switch for switch in RuleSwitch.objects.filter(disabled_at=None)}
    return [
        Rule(one, periods.get(one.period), version.effective_on, switches.get(one.code), last_run(one.code))
        for one in found
    ]


def last_run(code: str) -> DisposalRun | None:
    """The newest run that was no dry run."""
    return DisposalRun.objects.filter(code=code, is_dry_run=False).order_by("-started_at").first()


def periods_without_rule() -> list[RetentionPeriod]:
    """The periods of the policy that no table here is bound to: shown, never passed over."""
    bound = {one.period for one in disposables()}
    return [period for period in retention_periods() if period.code not in bound]
