"""A disk that loses, at a power cut, everything that no fsync asked it to keep. Linux, with FUSE.

``python powercut.py FOLDER KEPT`` mounts it on FOLDER with the content of KEPT, and prints a line.
When it reads ``cut``, it writes to KEPT what the disk would still have. It loses as much as a disk
may lose: the data of a file is kept by an fsync of that file; its name, or the removal of the name,
by an fsync of the folder that contains it.
"""

from __future__ import annotations

import ctypes.util
import errno
import importlib.util
import itertools
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from support.cameras import provision


class Disk:
    """Mounted on `folder` for as long as the ``with`` lasts."""

    def __init__(self, folder: Path, kept: Path) -> None:
        self.folder = folder
        self._kept = kept
        folder.mkdir()
        kept.mkdir()

    def cut(self) -> None:
        """The power goes off, and comes back: nobody may have a file open meanwhile."""
        self._process.stdin.write(b"cut\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == b"cut\n"
        self._unmount()
        self._mount()

    def __enter__(self) -> Disk:
        self._mount()
        return self

    def __exit__(self, *_: object) -> None:
        self._unmount()

    def _mount(self) -> None:
        command = [sys.executable, __file__, str(self.folder), str(self._kept)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        if self._process.stdout.readline() != b"mounted\n":
            self._unmount()
            pytest.skip("may not mount here")

    def _unmount(self) -> None:
        subprocess.run(["fusermount3", "-uzq", str(self.folder)], check=False)
        self._process.communicate(timeout=20)


def available() -> None:
    """Skip the test if there is no FUSE."""
    if not Path("/dev/fuse").exists():
        pytest.skip("this machine has no FUSE")
    if importlib.util.find_spec("mfusepy") is None:
        pytest.skip("needs the package mfusepy")
    if not _library() and os.geteuid() != 0:
        pytest.skip("needs fuse3 and libfuse3-3")
    provision.apt("libfuse3-3", "fuse3", present=_library)


def _library() -> bool:
    return ctypes.util.find_library("fuse3") is not None


class Node:
    """A file (`data`) or a folder (`names`), and what of it is kept: nothing before a sync."""

    def __init__(self, mode: int) -> None:
        self.mode = mode
        self.mtime = time.time_ns()
        self.data = bytearray()
        self.names: dict[str, Node] = {}
        self.sync(empty=True)

    @property
    def folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    def sync(self, empty: bool = False) -> None:
        self.kept_data = b"" if empty else bytes(self.data)
        self.kept_names = {} if empty else dict(self.names)
        self.kept_mtime = self.mtime


def load(folder: Path) -> Node:
    """Read a real folder, as if all of it was synced."""
    seen = folder.lstat()
    node = Node(seen.st_mode)
    node.mtime = seen.st_mtime_ns
    if node.folder:
        node.names = {each.name: load(each) for each in folder.iterdir()}
    else:
        node.data = bytearray(folder.read_bytes())
    node.sync()
    return node


def save(node: Node, folder: Path) -> None:
    """Write what is kept as a real folder."""
    if node.folder:
        folder.mkdir(mode=stat.S_IMODE(node.mode))
        for name, each in node.kept_names.items():
            save(each, folder / name)
    else:
        folder.write_bytes(node.kept_data)
        folder.chmod(stat.S_IMODE(node.mode))
    os.utime(folder, ns=(node.kept_mtime, node.kept_mtime))


def serve(folder: Path, kept: Path) -> None:
    import mfusepy

    class Memory(mfusepy.Operations):
        """Files in memory; libfuse calls from several threads."""

        use_ns = True

        def __init__(self) -> None:
            self.root = load(kept)
            self.guard = threading.RLock()
            self._open: dict[int, Node] = {}
            self._handles = itertools.count(1)

        def _node(self, path: str) -> Node:
            node = self.root
            for name in filter(None, path.split("/")):
                if name not in node.names:
                    raise mfusepy.FuseOSError(errno.ENOENT)
                node = node.names[name]
            return node

        def _parent(self, path: str) -> tuple[Node, str]:
            parent, _, name = path.rpartition("/")
            return self._node(parent), name

        def _add(self, path: str, node: Node) -> Node:
            parent, name = self._parent(path)
            if name in parent.names:
                raise mfusepy.FuseOSError(errno.EEXIST)
            parent.names[name] = node
            return node

        def _opened(self, node: Node) -> int:
            handle = next(self._handles)
            self._open[handle] = node
            return handle

        def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
            with self.guard:
                node = self._open[fh] if fh in self._open else self._node(path)
                return {
                    "st_mode": node.mode,
                    "st_nlink": 1,
                    "st_size": len(node.data),
                    "st_blocks": len(node.data) // 512,
                    "st_mtime": node.mtime,
                    "st_ctime": node.mtime,
                    "st_atime": node.mtime,
                    "st_uid": os.getuid(),
                    "st_gid": os.getgid(),
                }

        def readdir(self, path: str, fh: int):
            with self.guard:
                return [".", "..", *self._node(path).names]

        def mkdir(self, path: str, mode: int) -> int:
            with self.guard:
                self._add(path, Node(stat.S_IFDIR | mode))
            return 0

        def create(self, path: str, mode: int, fi=None) -> int:
            with self.guard:
                return self._opened(self._add(path, Node(stat.S_IFREG | mode)))

        def open(self, path: str, flags: int) -> int:
            with self.guard:
                node = self._node(path)
                if flags & os.O_TRUNC:
                    node.data.clear()
                return self._opened(node)

        def opendir(self, path: str) -> int:
            with self.guard:
                return self._opened(self._node(path))

        def release(self, path: str, fh: int) -> int:
            with self.guard:
                self._open.pop(fh, None)
            return 0

        releasedir = release

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            with self.guard:
                return bytes(self._open[fh].data[offset : offset + size])

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            with self.guard:
                node = self._open[fh]
                node.data.extend(bytes(max(0, offset - len(node.data))))
                node.data[offset : offset + len(data)] = data
                node.mtime = time.time_ns()
            return len(data)

        def truncate(self, path: str, length: int, fh: int | None = None) -> int:
            with self.guard:
                node = self._open[fh] if fh in self._open else self._node(path)
                node.data.extend(bytes(max(0, length - len(node.data))))
                del node.data[length:]
                node.mtime = time.time_ns()
            return 0

        def unlink(self, path: str) -> int:
            with self.guard:
                parent, name = self._parent(path)
                if parent.names.pop(name, None) is None:
                    raise mfusepy.FuseOSError(errno.ENOENT)
            return 0

        def rmdir(self, path: str) -> int:
            with self.guard:
                if self._node(path).names:
                    raise mfusepy.FuseOSError(errno.ENOTEMPTY)
            return self.unlink(path)

        def rename(self, old: str, new: str, flags: int = 0) -> int:
            with self.guard:
                source, name = self._parent(old)
                target, beside = self._parent(new)
                target.names[beside] = self._node(old)
                del source.names[name]
            return 0

        def link(self, target: str, source: str) -> int:
            with self.guard:
                self._add(target, self._node(source))
            return 0

        def chmod(self, path: str, mode: int) -> int:
            with self.guard:
                node = self._node(path)
                node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)
            return 0

        def chown(self, path: str, uid: int, gid: int) -> int:
            return 0

        def utimens(self, path: str, times=None) -> int:
            with self.guard:
                self._node(path).mtime = times[1] if times else time.time_ns()
            return 0

        def fsync(self, path: str, datasync: int, fh: int) -> int:
            with self.guard:
                self._open[fh].sync()
            return 0

        fsyncdir = fsync

        def statfs(self, path: str) -> dict[str, int]:
            return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 1 << 20, "f_bavail": 1 << 19}

    memory = Memory()

    def listen() -> None:
        while not os.path.ismount(folder):
            time.sleep(0.01)
        print("mounted", flush=True)
        for _ in sys.stdin:
            with memory.guard:
                shutil.rmtree(kept)
                save(memory.root, kept)
            print("cut", flush=True)

    threading.Thread(target=listen, daemon=True).start()
    mfusepy.FUSE(memory, str(folder), foreground=True, max_threads=4)


if __name__ == "__main__":
    serve(*map(Path, sys.argv[1:]))
