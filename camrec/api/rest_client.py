"""Requests to the REST API of a running camrec."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import unquote

import requests
from pydantic import BaseModel

from camrec import direct_http, schema
from camrec.address_userinfo import AmbiguousAddress, split_userinfo
from camrec.errors import CamrecError, InputError, ServiceError, from_response
from camrec.i18n import system_language

ModelT = TypeVar("ModelT", bound=BaseModel)

SERVER_CONNECT_TIMEOUT_S = 5.0
SERVER_RESPONSE_TIMEOUT_S = 120.0  # opening a camera and saving a recording may take long


class RestClient:
    """Sends requests to one camrec, with its token and in the language of this system.

    A request raises the error that camrec reports, or a ServiceError (``no_camrec``) if no camrec
    answers.

    url : the address of camrec without user and password, and without a final slash.
    language : "en" or "fr".
    headers : the headers of every request, such as the one with the token.

    Parameters
    ----------
    url
        ``http://127.0.0.1:8000``, including the path if camrec has one. A user and a password in
        the URL are for a reverse proxy in front of camrec.
    token
        The token, if one is set in the settings of that camrec.

    Raises
    ------
    InputError
        ``address_scheme``, ``address_ambiguous``: `url` is not valid.
    """

    def __init__(self, url: str, token: str | None) -> None:
        self.url, userinfo = _split_url(url)
        self.language = system_language()
        self.headers = {"Accept-Language": self.language}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        elif userinfo:
            credentials = base64.b64encode(unquote(userinfo).encode()).decode()
            self.headers["Authorization"] = f"Basic {credentials}"

    def get_model(self, model: type[ModelT], path: str) -> ModelT:
        """Get `path`, and return the response as a `model`."""
        return model.model_validate_json(self.get(path).content)

    def post_model(self, model: type[ModelT], path: str, body: Mapping[str, object]) -> ModelT:
        """Post `body` as JSON to `path`, and return the response as a `model`."""
        return model.model_validate_json(self.post(path, body).content)

    def get(self, path: str, *, stream: bool = False) -> requests.Response:
        """Get `path`. With `stream`, the caller reads the body."""
        return self._request("GET", path, None, stream)

    def post(self, path: str, body: Mapping[str, object]) -> requests.Response:
        """Post `body` as JSON to `path`."""
        return self._request("POST", path, body, False)

    def patch_model(self, model: type[ModelT], path: str, body: Mapping[str, object]) -> ModelT:
        """Send a PATCH with `body` as JSON, and return the response as a `model`."""
        return model.model_validate_json(self._request("PATCH", path, body, False).content)

    def delete(self, path: str) -> None:
        """Send a DELETE."""
        self._request("DELETE", path, None, False)

    def _request(
        self, method: str, path: str, body: Mapping[str, object] | None, stream: bool
    ) -> requests.Response:
        try:
            response = direct_http.request(
                method,
                self.url + path,
                headers=self.headers,
                timeout=(SERVER_CONNECT_TIMEOUT_S, SERVER_RESPONSE_TIMEOUT_S),
                json=body,
                stream=stream,
            )
        except requests.RequestException:
            raise ServiceError("no_camrec", url=self.url) from None
        if response.ok:
            return response
        raise self._error_from_response(response)

    def _error_from_response(self, response: requests.Response) -> CamrecError:
        try:
            fault = schema.ErrorReply.model_validate_json(response.content).error
        except ValueError:
            return ServiceError("no_camrec", url=self.url)
        return from_response(response.status_code, fault.code, fault.message)


def _split_url(url: str) -> tuple[str, str | None]:
    """Split a URL into the URL without credentials, and ``user:password`` (None if absent)."""
    if not url.startswith(("http://", "https://")):
        raise InputError("address_scheme")
    scheme, _, rest = url.rstrip("/").partition("://")
    try:
        userinfo, after = split_userinfo(rest)
    except AmbiguousAddress:
        raise InputError("address_ambiguous") from None
    return f"{scheme}://{after}", userinfo
