"""Ask Kept "may I?" and act only on a yes. Standard library only.

from kept_client import Client

kept = Client("https://privacy.example.com", key)
if kept.decide(email="dana@example.com", purpose="newsletter", channel="email"):
    send()
"""

from kept_client.client import Client, Question
from kept_client.decision import Decision
from kept_client.feed import Feed, FeedFault
from kept_client.follower import Follower

__all__ = ["Client", "Decision", "Feed", "FeedFault", "Follower", "Question"]
