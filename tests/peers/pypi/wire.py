"""Messages as bytes: Protocol Buffers of numbers and bytes, and keys with their type."""


class Malformed(Exception):
    """Bytes that are no message."""


class BadKey(Exception):
    """Bytes that are no key of Curve25519."""


def varint(number):
    low = number % 128
    return bytes([low]) if number < 128 else bytes([low + 128]) + varint(number // 128)


def pack(fields):
    """Fields by number, in its order; one without a value is left out."""
    packed = b""
    for number, value in sorted(fields.items()):
        if isinstance(value, int):
            packed += varint(number * 8) + varint(value)
        elif value is not None:
            packed += varint(number * 8 + 2) + varint(len(value)) + value
    return packed


def unpack(data):
    """Fields by number."""
    fields, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while at < len(data) and shift < 64:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
        raise Malformed("a number that does not end")

    while at < len(data):
        tag, value = number(), number()
        if tag % 8 == 2:
            if value > len(data) - at:
                raise Malformed("a field that is cut short")
            at, value = at + value, data[at : at + value]
        elif tag % 8 != 0:
            raise Malformed(f"wire type {tag % 8}")
        fields[tag // 8] = value
    return fields


def field(fields, number, kind):
    """The field of that number, which has to be there and of that kind."""
    value = fields.get(number, 0 if kind is int else None)
    if not isinstance(value, kind):
        raise Malformed(f"field {number}")
    return value


def point(key):
    """The 32 bytes that X25519 takes."""
    if len(key) != 33 or key[0] != 5:
        raise BadKey("not a key of type 5")
    return key[1:]
