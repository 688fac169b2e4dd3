"""The people of the demo. All are invented; example.com and kept.example belong to nobody."""

from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody to play. `first_page` is where the story takes up; `group` the staff group, if any."""

    key: str
    email: str
    name: str
    what: str
    first_page: str
    group: str = ""

    @property
    def is_staff(self) -> bool:
        return bool(self.group)


DANA = Role("dana", "dana.demo@example.com", "Dana Demo", "a customer with an account", "/preferences/")
OMAR = Role("omar", "omar@kept.example", "Omar Haddad", "a support agent", "/desk/", "Agents")
LENA = Role("lena", "lena@kept.example", "Lena Vogt", "legal, prepares", "/console/", "Legal")
NORA = Role("nora", "nora@kept.example", "Nora Lind", "legal, approves", "/console/", "Legal")
ROLES = {role.key: role for role in (DANA, OMAR, LENA, NORA)}

ERIK_EMAIL = "erik.demo@example.com"  # knows the company only as a customer of its shop: no account here
FARAH_EMAIL = "farah.demo@example.com"  # writes letters


def user_of(role: Role) -> User:
    """The demo account. User.DoesNotExist where the demo was cleared."""
    return User.objects.get(email=role.email, is_demo=True)


def present_roles() -> list[Role]:
    """The roles that can be played: those whose account was not erased."""
    known = set(User.objects.filter(email__in=[role.email for role in ROLES.values()]).values_list("email", flat=True))
    return [role for role in ROLES.values() if role.email in known]
