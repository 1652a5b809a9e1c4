"""The endpoint ``/login``: a client that passed the guard with the token gets a cookie."""

from __future__ import annotations

from camrec.web.handlers.base import ApiHandler
from camrec.web.security.auth import COOKIE_MAX_AGE_S, login_cookie_name


class LoginHandler(ApiHandler):
    """``/login``"""

    def get(self) -> None:
        """Redirect to the page: a client that passed the guard is logged in already."""
        self.redirect("./")

    def post(self) -> None:
        """Set the cookie, if a token is required at all."""
        if self.context.guard.requires_token:
            self.set_cookie(
                login_cookie_name(self.request),
                self.context.guard.make_login_cookie(),
                httponly=True,
                samesite="Strict",
                secure=self.request.protocol == "https",
                path="/",
                max_age=COOKIE_MAX_AGE_S,
            )
        self.set_status(204)
