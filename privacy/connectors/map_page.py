"""The page that draws a system's data map: a picture, and the same in a table."""

import json
import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from privacy.connectors.database import Database, url_from
from privacy.connectors.datamaps import read_map
from privacy.connectors.drawing import around, draw, nodes_of
from privacy.connectors.foreign_keys import unknown_links
from privacy.connectors.kinds import SQL
from privacy.connectors.models import ConnectedSystem
from privacy.connectors.policies import parse_policies
from privacy.connectors.sources import mapped
from privacy.connectors.systems import MappedSystem
from privacy.console.site import console
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import HandlerUnavailable

RIGHT = "connectors.manage_systems"
MANY = 40  # collections beyond which the page offers a part of the picture


@require_safe
def map_page(request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
    """One map on its live schema; from the map alone, which is said, where the database does not answer."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    row = get_object_or_404(ConnectedSystem, pk=object_id, kind=SQL)
    silence, unknown = "", []
    try:
        system = mapped(row)
        unknown = unknown_links(system)
    except (HandlerUnavailable, DomainError) as error:
        silence = str(error)
        system = _of_map_alone(row)
    nodes = nodes_of(system)
    shown, part = nodes, request.GET.get("around", "")
    if part:
        if part not in system.datamap.collections:
            raise Http404
        shown = around(system, nodes, part)
    context = {
        "title": f"Data map of {row.label}",
        "row": row,
        "nodes": nodes,
        "part": part,
        "is_large": len(nodes) > MANY,
        "picture": draw(system, shown),
        "silence": silence,
        "lost": [node.name for node in nodes if node.tone == "lost"],
        "unknown": unknown,
        "starts": sum(node.steps == 0 for node in nodes),
    }
    return render(request, "connectors/console/map.html", {**console.each_context(request), **context})


def _of_map_alone(row: ConnectedSystem) -> MappedSystem:
    datamap = read_map(json.loads(row.dataset))
    policies = parse_policies(json.loads(row.policies), datamap)
    try:
        url = url_from(url=row.url, url_env=row.url_env)
    except (HandlerUnavailable, DomainError):
        url = "sqlite:///nowhere"
    return MappedSystem(row.key, Database(url), datamap, policies, {})
