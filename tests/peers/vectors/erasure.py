"""The erasure code of the braid: columns of two bytes are polynomials over GF(2^16)."""

_POLYNOMIAL = 0x1100B
_EXP, _LOG = [0] * 131070, {}


def _tables():
    element = 1
    for power in range(65535):
        _EXP[power] = _EXP[power + 65535] = element
        _LOG[element] = power
        element <<= 1
        if element >> 16:
            element ^= _POLYNOMIAL
    # Else x generates only a part of the field, and the logarithms are none.
    assert element == 1 and len(_LOG) == 65535


_tables()


def _columns(chunk):
    return [int.from_bytes(chunk[at : at + 2], "big") for at in range(0, 32, 2)]


def _evaluate(points, x):
    """The chunk at x of the polynomials through points, by Lagrange; x is none of them."""
    sums = [0] * 16
    for xi, chunk in points.items():
        weight = 0
        for xj in points:
            if xj != xi:
                weight += _LOG[x ^ xj] - _LOG[xi ^ xj]
        for column, value in enumerate(_columns(chunk)):
            if value:
                sums[column] ^= _EXP[(weight + _LOG[value]) % 65535]
    return b"".join(value.to_bytes(2, "big") for value in sums)


class Encoder:
    """Gives chunks 0, 1, 2, ... of an object."""

    def __init__(self, data):
        self._rows = dict(enumerate(data[at : at + 32] for at in range(0, len(data), 32)))
        self._next = 0

    def chunk(self):
        number, self._next = self._next, (self._next + 1) % 65536
        row = self._rows.get(number)
        return number, _evaluate(self._rows, number) if row is None else row


class Decoder:
    """Collects chunks of an object of so many rows."""

    # Objects that came from at least one chunk of parity, by number of rows.
    from_parity = {}

    def __init__(self, rows):
        self._rows, self._held = rows, {}

    def add(self, number, chunk):
        """The object, if it is whole now."""
        if number < self._rows or len(self._held) < self._rows:
            self._held[number] = chunk
        if len(self._held) < self._rows:
            return None
        points = dict(sorted(self._held.items())[: self._rows])
        if max(points) >= self._rows:
            Decoder.from_parity[self._rows] = Decoder.from_parity.get(self._rows, 0) + 1
        rows = (points.get(row) or _evaluate(points, row) for row in range(self._rows))
        return b"".join(rows)
