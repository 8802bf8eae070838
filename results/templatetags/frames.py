"""Where the code of a frame is read, for pages of a team; shared pages say nothing of the team."""

from __future__ import annotations

from django import template

from results.domain.source_links import source_url as url_of
from results.domain.stack import Frame
from results.pages.runs import RunPage

register = template.Library()


@register.simple_tag
def source_url(page: RunPage, frame: Frame) -> str:
    """The address of a frame's code; empty where the team gave none, and for link holders."""
    return url_of(page.team.source_address, frame, project=page.project) if page.team else ""
