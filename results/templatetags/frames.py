"""Where the code of a frame is read, for pages of a team; shared pages say nothing of the team."""

from __future__ import annotations

from typing import Any

from django import template

from results.domain.source_links import source_url as url_of
from results.domain.stack import Frame

register = template.Library()


@register.simple_tag
def source_url(page: Any, frame: Frame) -> str:
    """The address of a frame's code; empty where the team gave none, and for link holders."""
    team = getattr(page, "team", None)
    if team is None:
        return ""
    return url_of(team.source_address, frame, project=getattr(page, "project", ""))
