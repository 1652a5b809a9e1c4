"""One camera of the registry, as its file contains it."""

from __future__ import annotations

import re
from typing import get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from camrec.camera_address import CameraAddress, CameraKind, restore_address, validate_name
from camrec.camera_clock import ClockChoice
from camrec.camera_registry.measured_delay import MeasuredDelay
from camrec.errors import InputError

CAMERA_ID_PATTERN = re.compile(r"[0-9A-Za-z-]{1,64}")


class KnownCamera(BaseModel):
    """A camera: what is at one address.

    Keys that a later camrec added are kept as they are.

    camera_id : 16 hexadecimal digits; the built-in cameras have other ids, which never change.
    url : its address without user and password, and with its secret parameters masked.
    guarded : whether it was opened with a user and a password.
    secrets : the fingerprint of its secret parameters; None if its address has none.
    clock : what dates its frames.
    delay : how late they are dated; None if it was not measured.
    stays : whether it is opened again at each start of camrec.
    planned : whether a plan names it.
    stored_address : its complete address, with its password. Only a camera that is kept has one
        here, if it cannot be opened by its `url` alone and the keyring is not used or rejected it.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    camera_id: str
    name: str
    url: str
    guarded: bool = False
    secrets: str | None = None
    clock: ClockChoice = "arrival"
    delay: MeasuredDelay | None = None
    stays: bool = False
    planned: bool = False
    stored_address: str | None = Field(default=None, repr=False)

    @property
    def address(self) -> CameraAddress:
        """Its address without user and password, and without its secret parameters."""
        return restore_address(self.url)

    @property
    def kind(self) -> CameraKind:
        """ "rtsp" or "mjpeg"."""
        return self.address.kind

    @property
    def is_kept(self) -> bool:
        """Whether it is opened without a person, so that its password must be stored."""
        return self.stays or self.planned

    @property
    def has_secret(self) -> bool:
        """Whether it cannot be opened by its `url` alone."""
        return self.guarded or self.secrets is not None

    def kept_as(self, stored: KnownCamera | None) -> KnownCamera:
        """This camera, which is kept as `stored` was: it stays, is planned, or neither.

        stored : the camera as it was stored the last time; None: it never was.
        """
        changes: dict[str, object] = {"stays": False, "planned": False, "stored_address": None}
        if stored is not None and stored.is_kept:
            address = self.stored_address or stored.stored_address
            changes = {
                "stays": stored.stays,
                "planned": stored.planned,
                "stored_address": address,
            }
        return self.model_copy(update=changes)

    @field_validator("camera_id")
    @classmethod
    def _check_id(cls, camera_id: str) -> str:
        if CAMERA_ID_PATTERN.fullmatch(camera_id) is None:
            raise ValueError("not an id")
        return camera_id

    @field_validator("clock", mode="before")
    @classmethod
    def _replace_unknown_clock(cls, clock: object) -> object:
        return clock if clock in get_args(ClockChoice) else "arrival"

    @field_validator("delay", mode="before")
    @classmethod
    def _drop_unknown_delay(cls, delay: object) -> object:
        """A delay that this camrec does not understand can be measured again."""
        try:
            return None if delay is None else MeasuredDelay.model_validate(delay)
        except ValidationError:
            return None

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        try:
            is_valid = validate_name(name) == name
        except InputError:
            is_valid = False
        if not is_valid:
            raise ValueError("not a name")
        return name

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        try:
            is_valid = restore_address(url).url == url
        except InputError:
            is_valid = False
        if not is_valid:
            # The address is not repeated: it may contain a password.
            raise ValueError("not an address without a credential")
        return url

    @field_validator("stored_address")
    @classmethod
    def _drop_address_of_other_url(
        cls, address: str | None, validated: ValidationInfo
    ) -> str | None:
        """A camrec without this key may have moved the camera: no password goes elsewhere."""
        try:
            is_its_own = address is not None and (
                restore_address(address).url == validated.data.get("url")
            )
        except InputError:
            is_its_own = False
        return address if is_its_own else None
