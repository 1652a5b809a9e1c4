"""A feed's pictures as JPEG, made once for all who look, and only while somebody does."""

from camrec.pictures.picture import Picture
from camrec.pictures.pictures import Pictures
from camrec.pictures.viewing import PictureSubscription

__all__ = ["Picture", "PictureSubscription", "Pictures"]
