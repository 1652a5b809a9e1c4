"""``camrec cameras`` lists, renames and removes known cameras, or lets them stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from camrec import schema
from camrec.api import RemoteBackend
from camrec.camera_address import validate_name
from camrec.camera_registry import CameraFile, CameraRegistry
from camrec.cli import log_setup
from camrec.cli.console import (
    cli_text,
    err,
    format_number,
    make_table,
    print_json,
    print_message,
    print_table,
)
from camrec.cli.remote_recording import find_running_camrec
from camrec.clock import Clock
from camrec.config import Config
from camrec.credential_store import CredentialStore
from camrec.errors import CamrecError, InputError, NotFoundError, StateError
from camrec.library import VideoLibrary
from camrec.replies import describe_camera
from camrec.station import BUILT_IN_CAMERA_IDS


def known_cameras(config: Config) -> list[schema.CameraReply]:
    """The cameras of the videos folder, with their sessions if a running camrec answers."""
    return _with_sessions(_stored_cameras(config), config)


def list_cameras(config: Config, *, as_json: bool) -> None:
    """Print the cameras, the one that was opened last first."""
    log_setup.set_up_logging(config.log_level, err)
    cameras = known_cameras(config)
    if as_json:
        print_json(schema.CameraListReply(cameras=cameras).model_dump(mode="json"))
        return
    has_delay = any(camera.delay is not None for camera in cameras)
    delay_column = ("cameras.delay",) if has_delay else ()
    columns = ("cameras.id", "cameras.name", "cameras.address", "cameras.stays", *delay_column)
    table = make_table(*columns)
    for camera in cameras:
        stays = cli_text("cameras.opened") if camera.stays else ""
        delay = (_format_delay(camera.delay),) if has_delay else ()
        table.add_row(camera.camera_id, camera.name, camera.url, stays, *delay)
    print_table(table)


def _format_delay(delay: schema.DelayReply | None) -> str:
    if delay is None:
        return ""
    milliseconds = format_number(delay.seconds * 1000, 1)
    error = format_number(delay.uncertainty * 1000, 1)
    return cli_text("cameras.delay_ms", delay=milliseconds, error=error)


def rename_camera(config: Config, camera: str, name: str) -> None:
    """Give a camera another name. `camera` is its id, or its name if no other one has it."""
    log_setup.set_up_logging(config.log_level, err)
    name = validate_name(name) or ""
    found = _update_camera(config, camera, name=name)
    print_message(cli_text("cameras.renamed", old=found.name, name=name))


def keep_camera(config: Config, camera: str, *, stays: bool) -> None:
    """Say whether a camera is opened at each start. `camera` is as for `rename_camera`."""
    log_setup.set_up_logging(config.log_level, err)
    found = _update_camera(config, camera, stays=stays)
    key = "cameras.stays_now" if stays else "cameras.stays_no_more"
    print_message(cli_text(key, name=found.name))


def remove_camera(config: Config, camera: str) -> None:
    """Remove a camera and its password. `camera` is as for `rename_camera`."""
    log_setup.set_up_logging(config.log_level, err)
    with folder_or_running(config) as running:
        if running is not None:
            found = choose_camera(_cameras_of(running), camera)
            running.client.delete(f"/cameras/{found.camera_id}")
        else:
            found = choose_camera(_stored_cameras(config), camera)
            _open_registry(config).remove(found.camera_id)
    print_message(cli_text("cameras.removed", name=found.name))


@contextmanager
def folder_or_running(config: Config, *, create: bool = False) -> Iterator[RemoteBackend | None]:
    """Lock the videos folder, or yield the running camrec that uses it.

    create : create the folder if it is missing; otherwise nothing is locked then.

    Raises
    ------
    StateError
        ``folder_taken``: a camrec uses the folder, but does not answer this command.
    ServiceError (``folder_unwritable``)
    """
    if not create and not config.videos.is_dir():
        yield None
        return
    library = VideoLibrary(config.videos, Clock())
    try:
        library.open()
    except StateError:
        running = find_running_camrec(config)
        if running is None:
            raise
        yield running
        return
    try:
        yield None
    finally:
        library.close()


def _open_registry(config: Config) -> CameraRegistry:
    return CameraRegistry(CameraFile(config.videos), CredentialStore() if config.keyring else None)


def _with_sessions(stored: list[schema.CameraReply], config: Config) -> list[schema.CameraReply]:
    """The cameras as a running camrec lists them, which knows their sessions.

    It also lists the built-in cameras that are open, which no folder stores. The same cameras, if
    no running camrec with these cameras answers.
    """
    running = find_running_camrec(config) if config.videos.is_dir() else None
    if running is None:
        return stored
    try:
        listed = _cameras_of(running)
    except CamrecError:
        return stored
    ids = {each.camera_id for each in listed} - set(BUILT_IN_CAMERA_IDS)
    if not stored:
        return [] if ids else listed
    return listed if ids >= {each.camera_id for each in stored} else stored


def _update_camera(
    config: Config, camera: str, *, name: str | None = None, stays: bool | None = None
) -> schema.CameraReply:
    """Change what is given, and return the camera as it was before."""
    with folder_or_running(config) as running:
        if running is not None:
            found = choose_camera(_cameras_of(running), camera)
            changes = {"name": name, "stays": stays}
            body = {key: value for key, value in changes.items() if value is not None}
            running.client.patch_model(schema.CameraReply, f"/cameras/{found.camera_id}", body)
        else:
            found = choose_camera(_stored_cameras(config), camera)
            _open_registry(config).update(found.camera_id, name=name, stays=stays)
    return found


def _stored_cameras(config: Config) -> list[schema.CameraReply]:
    return [describe_camera(each) for each in CameraFile(config.videos).read().cameras]


def _cameras_of(running: RemoteBackend) -> list[schema.CameraReply]:
    return running.client.get_model(schema.CameraListReply, "/cameras").cameras


def choose_camera(cameras: list[schema.CameraReply], given: str) -> schema.CameraReply:
    """The camera with this id, or the only one with this name.

    Raises
    ------
    NotFoundError (``no_camera``), InputError (``camera_name_ambiguous``)
    """
    found = [each for each in cameras if each.camera_id == given] or [
        each for each in cameras if each.name == given
    ]
    if not found:
        raise NotFoundError("no_camera", camera_id=given)
    if len(found) > 1:
        ids = ", ".join(each.camera_id for each in found)
        raise InputError("camera_name_ambiguous", name=given, ids=ids)
    return found[0]
