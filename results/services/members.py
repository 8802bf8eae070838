"""Teams and their members: making a team with its data key, adding people; it sends no mail."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from results import vault
from results.models import Membership, Role, Team
from results.models.audit import Action
from results.services import audit, sealing


class NoTeamError(Exception):
    """No team was made; the message says why."""


@transaction.atomic
def create_team(*, name: str, owner: User | None, by: User | None, now: datetime) -> Team:
    """Make a team with a data key of its own and, when given, its first owner.

    Raises NoTeamError when the ring cannot wrap, so that no team exists without a key.
    """
    pk = uuid.uuid4()
    try:
        key_id, wrapped = sealing.ring().wrap(vault.new_data_key(), team=str(pk))
    except vault.VaultError as error:
        raise NoTeamError(str(error)) from None
    team = Team.objects.create(
        pk=pk,
        name=name,
        slug=_free_slug(name),
        ring_key_id=key_id,
        wrapped_key=wrapped,
        key_made_at=now,
        created_at=now,
    )
    audit.note(team=team, by=by, action=Action.TEAM_CREATED, subject=team.slug, now=now)
    if owner is not None:
        add_member(team=team, user=owner, role=Role.OWNER, by=by, now=now)
    return team


@transaction.atomic
def add_member(*, team: Team, user: User, role: Role, by: User | None, now: datetime) -> Membership:
    """Give somebody a role in the team, or change the one that they have."""
    held = Membership.objects.select_for_update().filter(team=team, user=user)
    before = held.values_list("role", flat=True).first()
    membership, made = Membership.objects.update_or_create(
        team=team, user=user, defaults={"role": role}
    )
    name = user.get_username()
    if made:
        subject = f"{name} {role.value}"
        audit.note(team=team, by=by, action=Action.MEMBER_ADDED, subject=subject, now=now)
    elif before != role:
        subject = f"{name} {before} → {role.value}"
        audit.note(team=team, by=by, action=Action.MEMBER_CHANGED, subject=subject, now=now)
    return membership


@transaction.atomic
def remove_member(*, membership: Membership, by: User | None, now: datetime) -> None:
    """End somebody's membership; their next request finds the team gone."""
    team, subject = membership.team, f"{membership.user.get_username()} {membership.role}"
    membership.delete()
    audit.note(team=team, by=by, action=Action.MEMBER_REMOVED, subject=subject, now=now)


@transaction.atomic
def rename_team(*, team: Team, name: str, by: User | None, now: datetime) -> None:
    """Give the team another name; its addresses stay. The same name changes nothing."""
    before = Team.objects.select_for_update().values_list("name", flat=True).get(pk=team.pk)
    if before == name:
        return
    team.name = name
    team.save(update_fields=["name"])
    subject = f"{before} → {name}"
    audit.note(team=team, by=by, action=Action.TEAM_RENAMED, subject=subject, now=now)


@transaction.atomic
def show_outputs_to_viewers(*, team: Team, shown: bool, by: User | None, now: datetime) -> None:
    """Set whether viewers see payloads, outputs and messages of errors. The same changes nothing."""
    others = Team.objects.filter(pk=team.pk).exclude(viewers_see_outputs=shown)
    changed = others.update(viewers_see_outputs=shown)
    team.viewers_see_outputs = shown
    if changed:
        action = Action.VIEWERS_ALLOWED if shown else Action.VIEWERS_LIMITED
        audit.note(team=team, by=by, action=action, subject=team.slug, now=now)


@transaction.atomic
def set_source_address(*, team: Team, address: str, by: User, now: datetime) -> None:
    """Set where the code of frames is read, nowhere if empty. The same address changes nothing."""
    others = Team.objects.filter(pk=team.pk).exclude(source_address=address)
    changed = others.update(source_address=address)
    team.source_address = address
    if changed:
        subject = address or "none"
        audit.note(team=team, by=by, action=Action.SOURCE_SET, subject=subject, now=now)


def _free_slug(name: str) -> str:
    stem = slugify(name)[:60] or "team"
    taken = set(Team.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if stem not in taken:
        return stem
    return next(slug for n in range(2, 10_000) if (slug := f"{stem}-{n}") not in taken)
