"""Reads single bits and Exp-Golomb numbers from parameter sets and audio configurations."""

from __future__ import annotations


class BitReader:
    """Reads bits from bytes, the most significant bit first.

    Reading past the end raises ValueError. Pass a NAL unit through `unescape_nal` first.
    """

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._bits_left = len(data) * 8

    def read_bits(self, count: int) -> int:
        """Read `count` bits as an unsigned number: u(n) in the standards."""
        self._bits_left -= count
        if self._bits_left < 0:
            raise ValueError("the data ends too early")
        return self._value >> self._bits_left & ((1 << count) - 1)

    def peek_bits(self, count: int) -> int:
        """Return the next `count` bits without reading them; 0 if fewer bits are left."""
        left = self._bits_left - count
        return self._value >> left & ((1 << count) - 1) if left >= 0 else 0

    def read_flag(self) -> bool:
        """Read one bit: u(1)."""
        return self.read_bits(1) == 1

    def read_ue(self) -> int:
        """Read an unsigned Exp-Golomb number: ue(v).

        Raises ValueError if it starts with more than 32 zeros.
        """
        zeros = 0
        while not self.read_flag():
            zeros += 1
            if zeros > 32:
                raise ValueError("not an Exp-Golomb number")
        return (1 << zeros) - 1 + self.read_bits(zeros)

    def read_se(self) -> int:
        """Read a signed Exp-Golomb number: se(v)."""
        number = self.read_ue()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def unescape_nal(nal: bytes) -> bytes:
    """Return a NAL unit without its emulation prevention bytes."""
    return nal.replace(b"\0\0\3", b"\0\0")
