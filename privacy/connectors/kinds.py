"""The kinds of outside systems that are no SQL databases: what each must be told, and who speaks to it.

A kind is added in one place: a class, and its line in KINDS. It is loaded only where such a system is connected.
"""

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.module_loading import import_string

from privacy.kernel.errors import InvalidInput
from privacy.personal_data.contract import Handler

SQL = "sql"
KINDS: dict[str, str] = {  # code → where its class stands
    "desk": "privacy.connectors.desks.kind.Desk",
    "instamojo": "privacy.connectors.payments.instamojo.Instamojo",
    "opendsr": "privacy.connectors.opendsr.kind.OpenDsr",
    "paypal": "privacy.connectors.payments.paypal.PayPal",
    "service": "privacy.connectors.own.service.Service",
    "stripe": "privacy.connectors.payments.stripe.Stripe",
    "vtiger": "privacy.connectors.vtiger.kind.Vtiger",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a kind must be told. `default` None: it must be given. Secrets are stored encrypted."""

    name: str
    label: str
    is_secret: bool = False
    default: str | None = None


PACE = Option("calls_a_second", "how many calls a second it allows, where that is not what is usual", default="")
SLOWEST, FASTEST = 0.01, 1000.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A connected system as its kind sees it."""

    key: str
    label: str
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> str:
        """The value of an option or a secret; empty where it was left out."""
        return self.secrets.get(name) or self.options.get(name, "")

    def says(self, name: str) -> bool:
        """Whether an option is switched on."""
        return self[name].lower() in {"1", "true", "yes", "on"}

    def pace(self, *, usual: float) -> float:
        """How many calls a second it allows. InvalidInput(calls_a_second) where that is no such number."""
        said = self[PACE.name]
        try:
            number = float(said or usual)
        except ValueError:
            number = 0.0
        if not SLOWEST <= number <= FASTEST:
            raise InvalidInput(f"{PACE.name} is a number from {SLOWEST:g} to {FASTEST:g}.", field=PACE.name)
        return number


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a self-test: what was looked at, and how it stands in a sentence without personal data."""

    label: str
    is_good: bool
    says: str


class SystemKind(abc.ABC):
    """One kind of outside system."""

    code: str
    label: str
    options: tuple[Option, ...] = ()

    @abc.abstractmethod
    def handler(self, connection: Connection) -> Handler:
        """Who answers for this system. Nothing is opened yet."""

    @abc.abstractmethod
    def self_test(self, connection: Connection) -> Sequence[Check]:
        """Look whether it can be reached and shows what it must show. Changes nothing there. May raise
        HandlerUnavailable, which is a bad check."""

    def check(self, connection: Connection) -> None:
        """Raise InvalidInput, naming the option, where one is missing or unknown."""
        known = {option.name for option in self.options}
        if unknown := (set(connection.options) | set(connection.secrets)) - known:
            names = ", ".join(sorted(known))
            raise InvalidInput(f"{min(unknown)} is no option of {self.label}: use {names}.", field=min(unknown))
        for option in self.options:
            if option.default is None and not connection[option.name]:
                raise InvalidInput(f"Give {option.name}: {option.label}.", field=option.name)
        connection.pace(usual=1)


def kind_of(code: str) -> SystemKind:
    """The kind of a code. InvalidInput(kind) for one that nobody knows."""
    if code not in KINDS:
        raise InvalidInput(f"There is no kind {code[:40]}: use {', '.join([SQL, *sorted(KINDS)])}.", field="kind")
    found: SystemKind = import_string(KINDS[code])()
    return found
