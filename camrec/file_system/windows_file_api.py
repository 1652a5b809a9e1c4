"""The calls of Windows for files that `WindowsFiles` needs. It can be imported there only.

Microsoft documents each function under its name, in the Win32 API reference.
"""

from __future__ import annotations

import ctypes
import msvcrt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

assert sys.platform == "win32"

GENERIC_READ, GENERIC_WRITE = 0x80000000, 0x40000000
FILE_SHARE_READ_WRITE_DELETE = 7
CREATE_NEW, OPEN_EXISTING = 1, 3
FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_NORMAL = 0x2, 0x80
INVALID_FILE_ATTRIBUTES = 0xFFFFFFFF
FILE_PERSISTENT_ACLS = 0x8
TOKEN_QUERY, TOKEN_USER = 0x8, 1
SDDL_REVISION_1 = 1
DACL_SECURITY_INFORMATION = 0x4
INVALID_HANDLE = ctypes.c_void_p(-1).value


class WindowsFileApi:
    """Opens, creates and hides files, and sets their access control lists."""

    def __init__(self) -> None:
        self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        self._security = ctypes.WinDLL("advapi32", use_last_error=True)
        self._kernel.CreateFileW.restype = ctypes.c_void_p
        self._kernel.CreateFileW.argtypes = [
            wintypes.LPCWSTR,
            wintypes.DWORD,
            wintypes.DWORD,
            ctypes.c_void_p,
            wintypes.DWORD,
            wintypes.DWORD,
            ctypes.c_void_p,
        ]
        self._kernel.GetCurrentProcess.restype = ctypes.c_void_p
        self._kernel.GetFileAttributesW.restype = wintypes.DWORD

    def open_sharing_all(self, path: str, flags: int) -> int:
        """Open a file; others may write, rename and delete it. Returns a descriptor.

        Python's own `open` and `os.open` never ask for FILE_SHARE_DELETE.
        """
        return self._create_file(path, flags, OPEN_EXISTING, None)

    def create_for_user(self, path: str, flags: int) -> int:
        """Create a file that only this user can open. Returns a descriptor.

        The list is passed to CreateFileW, so there is no moment in which others can open the file.
        The user is named by the SID, and is the owner: the owner that Windows sets for an
        administrator's program is the group of all administrators.
        """
        user = self._user_sid()
        with self._descriptor(f"O:{user}D:P(A;;FA;;;{user})") as descriptor:
            attributes = _SecurityAttributes(
                ctypes.sizeof(_SecurityAttributes), descriptor, inherit=False
            )
            return self._create_file(path, flags, CREATE_NEW, ctypes.byref(attributes))

    def has_permissions(self, descriptor: int) -> bool:
        """Whether the file is on a disk that has access control lists."""
        flags = wintypes.DWORD()
        done = self._kernel.GetVolumeInformationByHandleW(
            ctypes.c_void_p(msvcrt.get_osfhandle(descriptor)),
            None,
            0,
            None,
            None,
            ctypes.byref(flags),
            None,
            0,
        )
        return bool(done and flags.value & FILE_PERSISTENT_ACLS)

    def copy_permissions(self, source: str, target: str) -> None:
        """Copy the access control list as it is.

        SetNamedSecurityInfoW would add what the folder of `target` passes on, unless the list of
        `source` is protected from that, and not all disks remember whether it is.
        """
        descriptor = self._read_descriptor(source)
        self._check(
            target,
            self._security.SetFileSecurityW(
                ctypes.c_wchar_p(target), DACL_SECURITY_INFORMATION, descriptor
            ),
        )

    def permissions(self, path: str) -> str:
        """Return the access control list of a file, as Windows writes it in text (SDDL)."""
        text = wintypes.LPWSTR()
        self._check(
            path,
            self._security.ConvertSecurityDescriptorToStringSecurityDescriptorW(
                self._read_descriptor(path),
                SDDL_REVISION_1,
                DACL_SECURITY_INFORMATION,
                ctypes.byref(text),
                None,
            ),
        )
        return self._take_text(text)

    def set_hidden(self, path: str) -> None:
        """Set the attribute "hidden"."""
        name = ctypes.c_wchar_p(path)
        attributes = self._kernel.GetFileAttributesW(name)
        self._check(path, attributes != INVALID_FILE_ATTRIBUTES)
        self._check(path, self._kernel.SetFileAttributesW(name, attributes | FILE_ATTRIBUTE_HIDDEN))

    def _read_descriptor(self, path: str) -> ctypes.Array[ctypes.c_char]:
        """Return the security descriptor of a file, with its access control list only."""
        name, size = ctypes.c_wchar_p(path), wintypes.DWORD()
        read = self._security.GetFileSecurityW
        read(name, DACL_SECURITY_INFORMATION, None, 0, ctypes.byref(size))
        descriptor = ctypes.create_string_buffer(size.value)
        self._check(
            path, read(name, DACL_SECURITY_INFORMATION, descriptor, size, ctypes.byref(size))
        )
        return descriptor

    def _create_file(self, path: str, flags: int, disposition: int, security: object) -> int:
        access = GENERIC_READ
        if flags & (os.O_WRONLY | os.O_RDWR):
            access |= GENERIC_WRITE
        handle = self._kernel.CreateFileW(
            os.fspath(path),
            access,
            FILE_SHARE_READ_WRITE_DELETE,
            security,
            disposition,
            FILE_ATTRIBUTE_NORMAL,
            None,
        )
        self._check(path, handle != INVALID_HANDLE)
        try:
            return msvcrt.open_osfhandle(handle, flags)
        except OSError:
            self._kernel.CloseHandle(ctypes.c_void_p(handle))
            raise

    def _user_sid(self) -> str:
        """Return the identifier of the user of this process, such as ``S-1-5-21-...-1001``."""
        token, size, text = wintypes.HANDLE(), wintypes.DWORD(), wintypes.LPWSTR()
        process = ctypes.c_void_p(self._kernel.GetCurrentProcess())
        self._check("", self._security.OpenProcessToken(process, TOKEN_QUERY, ctypes.byref(token)))
        try:
            self._security.GetTokenInformation(token, TOKEN_USER, None, 0, ctypes.byref(size))
            user = ctypes.create_string_buffer(size.value)
            self._check(
                "",
                self._security.GetTokenInformation(
                    token, TOKEN_USER, user, size, ctypes.byref(size)
                ),
            )
            # TOKEN_USER begins with a pointer to the SID.
            sid = ctypes.cast(user, ctypes.POINTER(ctypes.c_void_p))[0]
            self._check(
                "",
                self._security.ConvertSidToStringSidW(ctypes.c_void_p(sid), ctypes.byref(text)),
            )
            return self._take_text(text)
        finally:
            self._kernel.CloseHandle(token)

    @contextmanager
    def _descriptor(self, sddl: str) -> Iterator[ctypes.c_void_p]:
        """Yield a security descriptor that is described in Microsoft's language for it (SDDL)."""
        descriptor = ctypes.c_void_p()
        self._check(
            "",
            self._security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
                ctypes.c_wchar_p(sddl), SDDL_REVISION_1, ctypes.byref(descriptor), None
            ),
        )
        try:
            yield descriptor
        finally:
            self._kernel.LocalFree(descriptor)

    def _take_text(self, text: wintypes.LPWSTR) -> str:
        """Return a text that Windows allocated, and free it."""
        try:
            return text.value or ""
        finally:
            self._kernel.LocalFree(text)

    def _check(self, path: str, done: object) -> None:
        if not done:
            raise _error(path, ctypes.get_last_error())


class _SecurityAttributes(ctypes.Structure):
    _fields_ = [
        ("size", wintypes.DWORD),
        ("descriptor", ctypes.c_void_p),
        ("inherit", wintypes.BOOL),
    ]


def _error(path: str, code: int) -> OSError:
    """Return the error of Windows as Python would raise it, with the class for its code."""
    return OSError(0, ctypes.FormatError(code).strip(), path or None, code)
