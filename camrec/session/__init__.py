"""One camera: what is wanted, what is so."""

from camrec.session.diagnosis import diagnose
from camrec.session.session import Session, SessionState

__all__ = ["Session", "SessionState", "diagnose"]
