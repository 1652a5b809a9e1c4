"""Files and folders, where Linux, macOS and Windows differ.

Windows does not rename or delete a file that another program has open, has no file modes, and
rejects names that the others accept. Callers need not know on which system they run.
"""

from camrec.file_system.changes import (
    remove,
    remove_leftovers,
    remove_tree,
    rename_no_overwrite,
    replace,
)
from camrec.file_system.durable import fsync_handle, fsync_path, make_dirs, make_folder
from camrec.file_system.in_use import FileInUseError, is_in_use, retry_while_in_use
from camrec.file_system.lock import ProcessLock
from camrec.file_system.names import MAX_WINDOWS_PATH_CHARS, is_reserved_name, truncate_utf16
from camrec.file_system.paths import PathProblem, find_path_problem, remaining_path_chars
from camrec.file_system.private import copy_permissions, open_private, write_private
from camrec.file_system.shared_open import (
    open_growing,
    open_shared,
    read_bytes,
    read_text,
    shared_source,
)

__all__ = [
    "MAX_WINDOWS_PATH_CHARS",
    "FileInUseError",
    "PathProblem",
    "ProcessLock",
    "copy_permissions",
    "find_path_problem",
    "fsync_handle",
    "fsync_path",
    "is_in_use",
    "is_reserved_name",
    "make_dirs",
    "make_folder",
    "open_growing",
    "open_private",
    "open_shared",
    "read_bytes",
    "read_text",
    "remaining_path_chars",
    "remove",
    "remove_leftovers",
    "remove_tree",
    "rename_no_overwrite",
    "replace",
    "retry_while_in_use",
    "shared_source",
    "truncate_utf16",
    "write_private",
]
