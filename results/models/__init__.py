"""Rows, constraints and querysets; a row can neither fetch anything nor open its own secret."""

from results.models.audit import AuditEvent, AuditHead
from results.models.chores import Chore
from results.models.circuits import ApiCircuit
from results.models.invitations import Invitation, SetupLink
from results.models.key_generations import FormerKey, KeyRotation
from results.models.keys import ProjectKey
from results.models.lookups import Lookup, TeamLookup
from results.models.notes import Note
from results.models.personal_tokens import PersonalToken
from results.models.pins import Pin
from results.models.results import ResultBody, StoredResult
from results.models.shares import ShareLink
from results.models.sightings import Sighting
from results.models.teams import Membership, Role, Team
from results.models.tombstones import Tombstone
from results.models.tries import TryCount
from results.models.watches import Watch
from results.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "ApiCircuit",
    "AuditEvent",
    "AuditHead",
    "Chore",
    "FormerKey",
    "Invitation",
    "KeyRotation",
    "Lookup",
    "Membership",
    "Note",
    "PersonalToken",
    "Pin",
    "ProjectKey",
    "ResultBody",
    "Role",
    "SetupLink",
    "ShareLink",
    "Sighting",
    "StoredResult",
    "Team",
    "TeamLookup",
    "Tombstone",
    "TryCount",
    "Watch",
    "Webhook",
    "WebhookDelivery",
]
