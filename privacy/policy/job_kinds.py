"""The jobs of the policy."""

import datetime as dt

from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.policy.board_readings import ask_board


@job_kind("policy.ask_board", atomic=False)
def ask(claim: Claim) -> dict[str, int | str]:
    """Ask every live control, for the board and the first page of the console."""
    return {"promises": ask_board(now=claim.now)}


every("policy.ask_board", dt.timedelta(minutes=10), kind="policy.ask_board")
