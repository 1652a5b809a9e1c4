"""The commands and their options.

Each command imports what it needs when it is called, so that help, completion and the message about
wrong arguments appear at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from typer import Argument, Option

from camrec import __version__
from camrec.cli.closed_pipe import CLOSED_PIPE_EXIT_CODE, discard_output, is_closed_pipe
from camrec.cli.console import cli_text, print_error
from camrec.cli.encoding import make_output_legible
from camrec.errors import CamrecError
from camrec.recording_limits import MAX_DURATION_S, MIN_DURATION_S
from camrec.typed_path import parse_path

if TYPE_CHECKING:
    from camrec.camera_clock import ClockChoice
    from camrec.config import Config

app = typer.Typer(help=cli_text("about"), pretty_exceptions_enable=False)
cameras = typer.Typer(help=cli_text("cameras.about"), invoke_without_command=True)
app.add_typer(cameras, name="cameras")
plans = typer.Typer(help=cli_text("plans.about"), invoke_without_command=True)
app.add_typer(plans, name="plans")
service = typer.Typer(help=cli_text("service.about"), no_args_is_help=True)
app.add_typer(service, name="service")


class ClockOption(str, Enum):
    """What dates the frames of a camera."""

    BY_ARRIVAL = "arrival"
    BY_CAMERA = "camera"

    @property
    def choice(self) -> ClockChoice:
        """As the other modules call it."""
        return "camera" if self is ClockOption.BY_CAMERA else "arrival"


def _help_text(key: str) -> str:
    """A text with square brackets, which are markup in a help otherwise."""
    return escape(cli_text(key))


CameraUrl = Annotated[str, Argument(metavar="URL", help=cli_text("url"))]
PlanArgument = Annotated[str, Argument(metavar="PLAN", help=cli_text("plans.plan"))]
DaysOption = Annotated[str | None, Option(metavar="DAYS", help=cli_text("plans.days"))]
PlanStartOption = Annotated[
    str | None, Option("--start", metavar="TIME", help=cli_text("plans.start"))
]
PlanEndOption = Annotated[str | None, Option("--end", metavar="TIME", help=cli_text("plans.end"))]
AlwaysOption = Annotated[bool, Option("--always", help=cli_text("plans.without_break"))]
UntilOption = Annotated[str | None, Option(metavar="DATE", help=cli_text("plans.until"))]
PlanNameOption = Annotated[str | None, Option(help=cli_text("plans.name"))]
DetailOption = Annotated[
    list[str] | None, Option(metavar="NAME=VALUE", help=cli_text("record.detail"))
]
CameraArgument = Annotated[str, Argument(metavar="CAMERA", help=cli_text("cameras.camera"))]


def _path_option(name: str, text: str, metavar: str = "PATH", *, hidden: bool = False) -> object:
    """Make an option for a path, which may be typed in any of the ways of `expand_path`."""
    help_text = cli_text(text)
    return Option(name, parser=parse_path, metavar=metavar, help=help_text, hidden=hidden)


ConfigFileOption = Annotated[Path | None, _path_option("--config", "serve.config")]
VideosFolderOption = Annotated[Path | None, _path_option("--videos", "serve.videos")]
# Every command accepts these options, but some do not use them.
UnusedConfigFileOption = Annotated[
    Path | None, _path_option("--config", "serve.config", hidden=True)
]
UnusedVideosFolderOption = Annotated[
    Path | None, _path_option("--videos", "serve.videos", hidden=True)
]
PortOption = Annotated[int | None, Option(min=0, max=65535, help=cli_text("serve.port"))]
BinFolderOption = Annotated[Path | None, _path_option("--bin", "serve.bin")]
NoBrowserOption = Annotated[bool, Option("--no-browser", help=cli_text("no_browser"))]
DurationOption = Option(min=MIN_DURATION_S, max=MAX_DURATION_S, help=cli_text("record.duration"))


def run() -> None:
    """Run the command in the arguments of this process; without arguments, print the help."""
    make_output_legible()
    try:
        app(["--help"] if len(sys.argv) == 1 else None)
    except CamrecError as error:
        print_error(error)
        sys.exit(1)
    except OSError as error:
        if not is_closed_pipe(error):
            raise
        discard_output()
        sys.exit(CLOSED_PIPE_EXIT_CODE)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"camrec {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, Option("--version", callback=_print_version, is_eager=True, help=cli_text("version"))
    ] = False,
) -> None:
    """The options of camrec itself."""


@app.command(help=cli_text("serve.about"))
def serve(
    config: ConfigFileOption = None,
    host: Annotated[str | None, Option(help=cli_text("serve.host"))] = None,
    port: PortOption = None,
    prefix: Annotated[str | None, Option(help=cli_text("serve.prefix"))] = None,
    socket: Annotated[str | None, Option(help=cli_text("serve.socket"))] = None,
    videos: VideosFolderOption = None,
    bin: BinFolderOption = None,
    token: Annotated[bool, Option("--token", help=cli_text("serve.token"))] = False,
    log: Annotated[Path | None, _path_option("--log", "serve.log", "FILE")] = None,
    lsl: Annotated[bool, Option("--lsl", help=_help_text("serve.lsl"))] = False,
    lsl_markers: Annotated[
        list[str] | None, Option(metavar="NAME", help=cli_text("serve.lsl_markers"))
    ] = None,
    no_browser: NoBrowserOption = False,
) -> None:
    if log is not None:
        from camrec.cli.log_file import redirect_stderr

        redirect_stderr(log)

    from camrec.cli import serve
    from camrec.cli.lab_streams import LabStreams
    from camrec.config import Config

    lab_streams = LabStreams(lsl, lsl_markers or ())
    settings = Config.load(
        config,
        host=host,
        port=port,
        prefix=prefix,
        socket=socket,
        videos_dir=videos,
        bin_dir=bin,
    )
    serve.serve(settings, token=token, open_browser=not no_browser, lab_streams=lab_streams)


@app.command(help=cli_text("demo.about"))
def demo(
    seconds: Annotated[
        int | None, Option(min=MIN_DURATION_S, max=MAX_DURATION_S, help=cli_text("demo.seconds"))
    ] = None,
    config: ConfigFileOption = None,
    port: PortOption = None,
    videos: VideosFolderOption = None,
    no_browser: NoBrowserOption = False,
) -> None:
    from camrec.cli import serve
    from camrec.config import Config

    settings = Config.load(config, port=port, videos_dir=videos)
    serve.demo(settings, seconds, open_browser=not no_browser)


@app.command(help=cli_text("record.about"))
def record(
    url: CameraUrl,
    duration: Annotated[int | None, DurationOption] = None,
    at: Annotated[str | None, Option(metavar="TIME", help=cli_text("record.at"))] = None,
    output: Annotated[Path | None, _path_option("--output", "record.output")] = None,
    clock: Annotated[ClockOption | None, Option(help=cli_text("record.clock"))] = None,
    detail: DetailOption = None,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import record

    choice = None if clock is None else clock.choice
    details = record.parse_details(detail or ())
    wish = record.RecordWish(duration, at, choice, details)
    record.record(url, wish, output, config, videos)


@app.command(help=cli_text("mark.about"))
def mark(
    text: Annotated[str, Argument(metavar="TEXT", help=cli_text("mark.text"))] = "",
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import mark
    from camrec.config import Config

    mark.mark(text, Config.load(config, videos_dir=videos))


@app.command(help=cli_text("calibrate.about"))
def calibrate(
    urls: Annotated[
        list[str] | None, Argument(metavar="[URL]...", help=cli_text("calibrate.urls"))
    ] = None,
    wait: Annotated[int, Option(min=1, max=3600, help=cli_text("calibrate.wait"))] = 60,
    as_json: Annotated[bool, Option("--json", help=cli_text("calibrate.json"))] = False,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
    no_browser: NoBrowserOption = False,
) -> None:
    from camrec.cli import calibrate
    from camrec.config import Config

    settings = Config.load(config, mediamtx_port=0, go2rtc_port=0, videos_dir=videos)
    calibrate.calibrate(
        urls or [], settings, wait=wait, open_browser=not no_browser, as_json=as_json
    )


@app.command(help=cli_text("probe.about"))
def probe(
    url: CameraUrl,
    save: Annotated[Path | None, _path_option("--save", "probe.save", "FILE.zip")] = None,
    as_json: Annotated[bool, Option("--json", help=cli_text("probe.json"))] = False,
    config: ConfigFileOption = None,
    videos: UnusedVideosFolderOption = None,
) -> None:
    from camrec.cli import record

    record.probe(url, save, config, as_json=as_json)


@app.command(help=cli_text("videos.about"))
def videos(
    as_json: Annotated[bool, Option("--json", help=cli_text("videos.json"))] = False,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import list_videos
    from camrec.config import Config

    list_videos.list_videos(Config.load(config, videos_dir=videos), as_json=as_json)


@app.command(help=cli_text("verify.about"))
def verify(
    file: Annotated[
        Path, Argument(metavar="FILE", parser=parse_path, help=cli_text("verify.file"))
    ],
    as_json: Annotated[bool, Option("--json", help=cli_text("verify.json"))] = False,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import verify
    from camrec.config import Config

    verify.verify(file, Config.load(config, videos_dir=videos), as_json=as_json)


@app.command(help=cli_text("binaries.about"))
def binaries(
    check: Annotated[bool, Option("--check", help=cli_text("binaries.check"))] = False,
    as_json: Annotated[bool, Option("--json", help=cli_text("binaries.json"))] = False,
    config: ConfigFileOption = None,
    videos: UnusedVideosFolderOption = None,
    bin: BinFolderOption = None,
) -> None:
    from camrec.cli import list_videos
    from camrec.config import Config

    list_videos.list_binaries(Config.load(config, bin_dir=bin), fetch=not check, as_json=as_json)


@service.command("install", help=cli_text("service.install"))
def install_service(
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import service

    service.install_service(config, videos)


@service.command("status", help=cli_text("service.status"))
def service_status(
    config: UnusedConfigFileOption = None,
    videos: UnusedVideosFolderOption = None,
) -> None:
    from camrec.cli import service

    service.print_status()


@service.command("remove", help=cli_text("service.remove"))
def remove_service(
    config: UnusedConfigFileOption = None,
    videos: UnusedVideosFolderOption = None,
) -> None:
    from camrec.cli import service

    service.remove_service()


def _add_list(
    group: typer.Typer,
    print_list: Callable[[Config, bool], None],
    *,
    about: str,
    json_help: str,
) -> None:
    """Let a group print its list: by the command ``list``, and without a further command.

    print_list : gets the settings, and whether it prints JSON.
    """
    json_option = Option(False, "--json", help=json_help)

    def print_all(
        context: typer.Context,
        as_json: bool = json_option,
        config: ConfigFileOption = None,
        videos: VideosFolderOption = None,
    ) -> None:
        as_json = as_json or bool(_group_option(context, "as_json"))
        print_list(_group_config(context, config, videos), as_json)

    def group_options(
        context: typer.Context,
        as_json: bool = json_option,
        config: ConfigFileOption = None,
        videos: VideosFolderOption = None,
    ) -> None:
        if context.invoked_subcommand is None:
            print_all(context, as_json, config, videos)

    group.callback()(group_options)
    group.command("list", help=about)(print_all)


def _print_cameras(config: Config, as_json: bool) -> None:
    from camrec.cli import cameras

    cameras.list_cameras(config, as_json=as_json)


_add_list(
    cameras,
    _print_cameras,
    about=cli_text("cameras.list"),
    json_help=cli_text("cameras.json"),
)


@cameras.command("rename", help=cli_text("cameras.rename"))
def rename_camera(
    context: typer.Context,
    camera: CameraArgument,
    name: Annotated[str, Argument(metavar="NAME", help=cli_text("cameras.new_name"))],
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import cameras

    cameras.rename_camera(_group_config(context, config, videos), camera, name)


@cameras.command("stay", help=cli_text("cameras.stay"))
def keep_camera(
    context: typer.Context,
    camera: CameraArgument,
    off: Annotated[bool, Option("--off", help=cli_text("cameras.stay_off"))] = False,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import cameras

    cameras.keep_camera(_group_config(context, config, videos), camera, stays=not off)


@cameras.command("remove", help=cli_text("cameras.remove"))
def remove_camera(
    context: typer.Context,
    camera: CameraArgument,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import cameras

    cameras.remove_camera(_group_config(context, config, videos), camera)


def _print_plans(config: Config, as_json: bool) -> None:
    from camrec.cli import plans

    plans.list_plans(config, as_json=as_json)


_add_list(
    plans,
    _print_plans,
    about=cli_text("plans.list"),
    json_help=cli_text("plans.json"),
)


@plans.command("add", help=cli_text("plans.add"))
def add_plan(
    context: typer.Context,
    cameras: Annotated[list[str], Argument(metavar="CAMERA...", help=cli_text("plans.which"))],
    days: DaysOption = None,
    start: PlanStartOption = None,
    end: PlanEndOption = None,
    duration: Annotated[int | None, DurationOption] = None,
    always: AlwaysOption = False,
    until: UntilOption = None,
    name: PlanNameOption = None,
    detail: DetailOption = None,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import plans, record

    details = record.parse_details(detail or ())
    options = plans.PlanOptions(days, start, end, duration, always, until, name, details)
    plans.add_plan(_group_config(context, config, videos), cameras, options)


@plans.command("change", help=cli_text("plans.change"))
def change_plan(
    context: typer.Context,
    plan: PlanArgument,
    cameras: Annotated[
        list[str] | None, Argument(metavar="CAMERA...", help=cli_text("plans.other_cameras"))
    ] = None,
    days: DaysOption = None,
    start: PlanStartOption = None,
    end: PlanEndOption = None,
    duration: Annotated[int | None, DurationOption] = None,
    always: AlwaysOption = False,
    until: UntilOption = None,
    name: PlanNameOption = None,
    detail: DetailOption = None,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import plans, record

    details = None if detail is None else record.parse_details(detail)
    options = plans.PlanOptions(days, start, end, duration, always, until, name, details)
    plans.change_plan(_group_config(context, config, videos), plan, cameras or (), options)


@plans.command("pause", help=cli_text("plans.pause"))
def pause_plan(
    context: typer.Context,
    plan: PlanArgument,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import plans

    plans.enable_plan(_group_config(context, config, videos), plan, enabled=False)


@plans.command("resume", help=cli_text("plans.resume"))
def resume_plan(
    context: typer.Context,
    plan: PlanArgument,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import plans

    plans.enable_plan(_group_config(context, config, videos), plan, enabled=True)


@plans.command("remove", help=cli_text("plans.remove"))
def remove_plan(
    context: typer.Context,
    plan: PlanArgument,
    config: ConfigFileOption = None,
    videos: VideosFolderOption = None,
) -> None:
    from camrec.cli import plans

    plans.remove_plan(_group_config(context, config, videos), plan)


def _group_config(context: typer.Context, config: Path | None, videos: Path | None) -> Config:
    """The settings, whether their options were before or after the command's name."""
    from camrec.config import Config

    return Config.load(
        config or _group_option(context, "config"),
        videos_dir=videos or _group_option(context, "videos"),
    )


def _group_option(context: typer.Context, name: str) -> Path | None:
    """The option before the name of a command of a group; None if it was not given."""
    if context.parent is None:
        return None
    value: Path | None = context.parent.params.get(name)
    return value
