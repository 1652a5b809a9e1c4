"""Logging in: whoever passed the guard with the token is given a cookie."""

from __future__ import annotations

from camrec.web.handlers.base import Handler
from camrec.web.security.auth import COOKIE_AGE, cookie_name


class LoginHandler(Handler):
    def get(self) -> None:
        """Who comes here and passed is in already."""
        self.redirect("./")

    def post(self) -> None:
        if self.desk.guard.asks_for_token:
            self.set_cookie(
                cookie_name(self.request),
                self.desk.guard.cookie(),
                httponly=True,
                samesite="Strict",
                secure=self.request.protocol == "https",
                path="/",
                max_age=COOKIE_AGE,
            )
        self.set_status(204)
