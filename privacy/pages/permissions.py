"""API views are closed unless they say who may come in."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # the settings of rest_framework.views name this very module
    from rest_framework.views import APIView


class DenyAll(BasePermission):
    """The default of every API view: nobody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return False
