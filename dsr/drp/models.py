"""Who may file for people, what they filed, and which messages of theirs were seen."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class NetworkAgent(models.Model):
    """An entry of the network's directory of authorized agents. Its token is kept by its hash.

    `verify_key` is its Ed25519 key in base64; `callback_hosts` the hosts that it may be called back at, separated by
    spaces, where none means any public one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent_id = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    verify_key = models.CharField(max_length=60)
    web_url = models.CharField(max_length=300, blank=True)
    callback_hosts = models.CharField(max_length=500, blank=True)
    token_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - many agents have none yet
    paired_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        permissions: ClassVar = [("manage_agents", "Can keep the register of authorized agents")]
        ordering: ClassVar = ["agent_id"]
        verbose_name = "authorized agent"

    def __str__(self) -> str:
        return self.agent_id


class AgentRequest(models.Model):
    """One exercise of a right as an agent filed it; its `id` is the protocol's request_id. The case counts the days.

    `message_mac` knows the very message again, `own_mac` the agent's own id of the request and `content_mac` what it
    asks. `queued` is the hash of the status that was last put on its way, `turn` how many were; `looked_at` until when
    the history of the case was read. A request that is denied at once has no case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(NetworkAgent, on_delete=models.PROTECT, related_name="requests")
    case = models.OneToOneField(
        "dsr.SubjectRequest", null=True, blank=True, on_delete=models.CASCADE, related_name="agent_request"
    )
    exercise = models.CharField(max_length=20)
    regime = models.CharField(max_length=12, blank=True)
    message_mac = models.CharField(max_length=64)
    own_mac = models.CharField(max_length=64, blank=True)
    content_mac = models.CharField(max_length=64)
    agent_request_id = EncryptedTextField(blank=True, default="")
    callback = EncryptedTextField(blank=True, default="")
    has_callback = models.BooleanField(default=False)
    denied = models.CharField(max_length=24, blank=True)
    received_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    queued = models.CharField(max_length=64)
    turn = models.PositiveIntegerField(default=0)
    last_outcome = models.CharField(max_length=24, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agent", "message_mac"], name="drp_message_once"),
            models.UniqueConstraint(
                fields=["agent", "own_mac"], condition=~models.Q(own_mac=""), name="drp_own_id_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agent", "received_at"], name="drp_of_agent"),
            models.Index(fields=["forgotten_at", "final_at"], name="drp_to_forget"),
        ]
        ordering: ClassVar = ["-received_at", "id"]

    def __str__(self) -> str:
        return f"agent request {self.id}"


class SeenMessage(models.Model):
    """A message that made a token, until it is too old to be sent again: nobody gets a second token by its copy."""

    id = models.BigAutoField(primary_key=True)
    agent = models.ForeignKey(NetworkAgent, on_delete=models.CASCADE, related_name="seen")
    mac = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agent", "mac"], name="drp_seen_once")]

    def __str__(self) -> str:
        return f"message of {self.agent_id}"
