"""``camrec service``: camrec starts at log-in."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import typer

from camrec.cli.console import cli_text, make_facts_table, print_message, print_table
from camrec.cli.serve import check_security
from camrec.config import Config
from camrec.service import (
    Installer,
    Launch,
    ServiceStatus,
    current_manager,
    default_log_path,
)


def install_service(config: Path | None, videos: Path | None) -> None:
    """Install and start the service, and print its state."""
    check_security(Config.load(config, videos_dir=videos))
    launch = Launch.of_this_camrec(default_log_path(), config, videos)
    status = _installer().install_service(launch)
    print_message(cli_text("service.installed", folder=str(launch.folder)))
    if sys.platform == "linux":
        print_message(cli_text("service.linger"))
    _print(status)


def remove_service() -> None:
    """Remove the service."""
    _installer().remove_service()
    print_message(cli_text("service.removed"))


def print_status() -> None:
    """Print the state of the service. The exit code is 1 if it does not run."""
    status = _installer().status()
    _print(status)
    if status.running_since is None:
        raise typer.Exit(1)


def _installer() -> Installer:
    return Installer(current_manager(), default_log_path())


def _print(status: ServiceStatus) -> None:
    table = make_facts_table()
    table.add_row(cli_text("service.is_installed"), _yes_or_no(status.is_installed))
    table.add_row(cli_text("service.is_running"), _yes_or_no(status.running_since is not None))
    if status.running_since is not None:
        since = datetime.fromtimestamp(status.running_since)
        table.add_row(cli_text("service.since"), f"{since:%Y-%m-%d %H:%M:%S}")
    table.add_row(cli_text("service.log"), str(status.log))
    print_table(table)


def _yes_or_no(value: bool) -> str:
    return cli_text("service.yes" if value else "service.no")
