"""Words of questions to people. Pure."""

from django.db import models


class Ask(models.TextChoices):
    """What people are asked."""

    FIND = "find", "Look what is held"
    EXPORT = "export", "Look what is held, and give a copy"
    ERASE = "erase", "Remove what was approved"
    VERIFY = "verify", "Look again: is nothing left?"
    RECTIFY = "rectify", "Correct"
    RESTRICT = "restrict", "Stop using"
    OPT_OUT = "opt_out", "Stop advertising"


SOURCES = (Ask.FIND, Ask.EXPORT)  # what says how much is held
ACTS = (Ask.RECTIFY, Ask.RESTRICT, Ask.OPT_OUT)


class QuestionState(models.TextChoices):
    """Where a question stands."""

    OPEN = "open", "waits for an answer"
    ANSWERED = "answered", "answered"
    CLOSED = "closed", "its case is over"


class Why(models.TextChoices):
    """Why something could not be done: a word that the person may read, and that names nobody."""

    NONE = "", "–"
    NO_ACCESS = "no_access", "we have no access to it"
    IMPOSSIBLE = "impossible", "it cannot be taken out of the whole"
    BACKUP = "backup", "it is on a copy that is overwritten in time"
    LOST = "lost", "it cannot be found any more"
    NOT_OURS = "not_ours", "somebody else decides about it"


class Ground(models.TextChoices):
    """Why something has to stay; codes of the catalogue of grounds."""

    NONE = "", "–"
    LEGAL_OBLIGATION = "legal_obligation", "a law demands it"
    LEGAL_CLAIMS = "legal_claims", "legal claims"
    CONTRACT = "contract", "a contract with the person"
    ACCOUNTABILITY = "accountability", "proof of what was done"


class Result(models.TextChoices):
    """How an act ended."""

    DONE = "done", "done"
    NOTHING_HELD = "nothing_held", "nothing is held about this person"
    NOT_OFFERED = "not_offered", "it cannot be done there"


SHORTEST_EVIDENCE = 20  # characters: how one can see it
MOST_ROWS = 10_000  # of one table in one answer
REMIND_DAYS = 3  # before its day a question is called to mind
