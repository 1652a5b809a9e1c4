"""Reading bit by bit: parameter sets, and the configurations of sound."""

from __future__ import annotations


class BitReader:
    """The bits of some bytes, most significant first.

    Reading past the end raises ValueError. What stands in a NAL unit is to be `unescape_nal` first.
    """

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._bits_left = len(data) * 8

    def take(self, count: int) -> int:
        """The next `count` bits as a number."""
        self._bits_left -= count
        if self._bits_left < 0:
            raise ValueError("the parameter set is cut off")
        return self._value >> self._bits_left & ((1 << count) - 1)

    def peek(self, count: int) -> int:
        """The next `count` bits, which stay to be taken; 0 where there are not so many."""
        left = self._bits_left - count
        return self._value >> left & ((1 << count) - 1) if left >= 0 else 0

    def flag(self) -> bool:
        return self.take(1) == 1

    def ue(self) -> int:
        """An unsigned Exp-Golomb number."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > 32:
                raise ValueError("not an Exp-Golomb number")
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self) -> int:
        """A signed one."""
        number = self.ue()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def unescape_nal(nal: bytes) -> bytes:
    """A NAL unit without its emulation prevention bytes."""
    return nal.replace(b"\0\0\3", b"\0\0")
