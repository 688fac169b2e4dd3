"""The tables of a subject request, by concern."""

from dsr.models.answers import ItemAnswer, SystemAnswer
from dsr.models.case import CaseLink, CaseNote, Contact, HistoryRow, RequestItem, SubjectRequest
from dsr.models.clocks import Clock
from dsr.models.execution import Approval, ErasurePlan, Letter, ReceiptRow, Run, Step
from dsr.models.feeds import CalendarFeed
from dsr.models.rulings import RecordRuling
from dsr.reports.models import ReportMark, ReportYear

__all__ = [
    "Approval",
    "CalendarFeed",
    "CaseLink",
    "CaseNote",
    "Clock",
    "Contact",
    "ErasurePlan",
    "HistoryRow",
    "ItemAnswer",
    "Letter",
    "ReceiptRow",
    "RecordRuling",
    "ReportMark",
    "ReportYear",
    "RequestItem",
    "Run",
    "Step",
    "SubjectRequest",
    "SystemAnswer",
]
