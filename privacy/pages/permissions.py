"""API views are closed unless they say who may come in."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class DenyAll(BasePermission):
    """The default of every API view: nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return False
