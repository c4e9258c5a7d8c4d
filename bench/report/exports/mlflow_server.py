"""Asks an MLflow server by its documented REST API, as whoever the environment says."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from bench import scrub
from bench.errors import StorageError
from bench.parsing import json_value
from bench.writing.clean import shown

API = "api/2.0/mlflow"
TIMEOUT_S = 20.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: credentials would go along."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Return no request, which makes an error of the redirect."""


@dataclass(frozen=True)
class TrackingServer:
    """An MLflow server.

    Attributes:
        uri: Its address.
        environ: Environment variables, of which ``MLFLOW_TRACKING_TOKEN``, or ``MLFLOW_TRACKING_USERNAME`` and
            ``MLFLOW_TRACKING_PASSWORD``, say who asks.
    """

    uri: str
    environ: Mapping[str, str]

    def get(self, path: str, **query: str) -> dict[str, Any] | None:
        """Return an answer; None where the server knows no such thing."""
        return self._ask(f"{path}?{urllib.parse.urlencode(query)}", None)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Send something, and return the answer.

        Raises:
            StorageError: The server cannot be reached, or refuses.
        """
        return self._ask(path, json.dumps(body, allow_nan=False).encode()) or {}

    def _ask(self, path: str, body: bytes | None) -> dict[str, Any] | None:
        headers = {"Content-Type": "application/json", **self._credentials()}
        request = urllib.request.Request(f"{self.uri.rstrip('/')}/{API}/{path}", body, headers)  # noqa: S310 - checked
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_S) as answer:
                found = json_value(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404 and body is None:
                    return None
                raise self._failure(f"it answers {error.code} {_reason(error)}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise self._failure(str(getattr(error, "reason", error)) or type(error).__name__) from error
        if not isinstance(found, dict):
            raise self._failure("what answers there is no MLflow")
        return found

    def _credentials(self) -> dict[str, str]:
        token, user = self.environ.get("MLFLOW_TRACKING_TOKEN"), self.environ.get("MLFLOW_TRACKING_USERNAME")
        if token:
            return {"Authorization": f"Bearer {token}"}
        if user:
            pair = f"{user}:{self.environ.get('MLFLOW_TRACKING_PASSWORD', '')}"
            return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        return {}

    def id_in(self, answer: Mapping[str, Any], *names: str) -> str:
        """Return an id out of an answer.

        Args:
            answer: The answer.
            names: The way to it.

        Raises:
            StorageError: It is not there.
        """
        found: Any = answer
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        if not isinstance(found, str):
            raise self._failure("what answers there is no MLflow")
        return found

    def _failure(self, reason: str) -> StorageError:
        said = shown(scrub.text(" ".join(reason.split()).rstrip(".")), 200)
        return StorageError(f"The MLflow server {scrub.text(self.uri)} cannot be used ({said}): check its address.")


def _reason(error: urllib.error.HTTPError) -> str:
    """Return the server's own words."""
    try:
        answer = json_value(error.read(10_000))
    except (OSError, ValueError):
        return error.reason
    words = answer.get("message") if isinstance(answer, dict) else None
    return words if isinstance(words, str) else error.reason
