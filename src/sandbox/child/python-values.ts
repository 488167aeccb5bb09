import { VALUE_LIMITS } from "./limits.ts";

/** Values to and from what is sent (plain-value.ts): part of the Python side (python-source.ts). */
export const PYTHON_VALUES: string = String.raw`
MOST_DEPTH = ${VALUE_LIMITS.depth}
MOST_ITEMS = ${VALUE_LIMITS.items}
MOST_ITERATED = ${VALUE_LIMITS.iterated}
MOST_CHARACTERS = ${VALUE_LIMITS.characters}
MOST_DIGITS = 10_000


class NotPlain(Exception):
    pass


class Encoder:
    def __init__(self):
        self.items = 0
        self.characters = 0

    def count(self, characters):
        self.items += 1
        self.characters += characters
        if self.items > MOST_ITEMS or self.characters > MOST_CHARACTERS:
            raise NotPlain("a value that is too large")

    def many(self, values, depth):
        return [self.encode(value, depth + 1) for value in values]

    def pairs(self, values, depth):
        return [[self.encode(key, depth + 1), self.encode(value, depth + 1)] for key, value in values]

    def encode(self, value, depth=0):
        if depth > MOST_DEPTH:
            raise NotPlain("a value that is nested too deeply")
        kind = type(value)
        if value is None or kind is bool:
            self.count(4)
            return value
        if kind is str:
            self.count(len(value))
            return value
        if kind is int:
            self.count(value.bit_length() // 4 + 3)
            return ["i", hex(value)]
        if kind is float:
            self.count(24)
            return ["f", repr(value)]
        if kind is complex:
            self.count(48)
            return ["c", repr(value.real), repr(value.imag)]
        if kind is bytes or kind is bytearray:
            self.count(2 * len(value))
            return ["b", value.hex()]
        self.count(4)
        if kind is list:
            return ["l", self.many(value, depth)]
        if kind is tuple:
            return ["t", self.many(value, depth)]
        if kind is set:
            return ["s", self.many(value, depth)]
        if kind is frozenset:
            return ["z", self.many(value, depth)]
        if kind in (dict, collections.defaultdict, collections.OrderedDict, collections.Counter):
            return ["d", self.pairs(dict.items(value), depth)]
        if kind is range:
            if len(value) > MOST_ITERATED:
                raise NotPlain("a range that is too long")
            return ["r", hex(value.start), hex(value.stop), hex(value.step)]
        if kind is collections.deque:
            return ["q", self.many(value, depth)]
        if kind is Made:
            return ["o", *value._Made__made]
        exact = EXACT.get(kind)
        if exact is not None:
            parts = exact(value)
            self.count(sum(len(part) for part in parts))
            return parts
        if kind is type({}.keys()):
            return ["k", self.many(value, depth)]
        if kind is type({}.values()):
            return ["v", self.many(value, depth)]
        if kind is type({}.items()):
            return ["e", self.pairs(value, depth)]
        base = plain_base(value)
        if base is not None:
            return self.encode(base, depth)
        if isinstance(value, collections.abc.Iterator):
            values = list(itertools.islice(value, MOST_ITERATED + 1))
            if len(values) > MOST_ITERATED:
                raise NotPlain("an iterator without an end in sight")
            return ["g", self.many(values, depth)]
        raise NotPlain("a value of the type " + str(kind.__name__))


def clock(kind):
    def encode(value):
        zone = getattr(value, "tzinfo", None)
        if zone is not None and type(zone) is not datetime.timezone:
            raise NotPlain("a time in a zone of its own")
        return ["w", kind, value.isoformat()]
    return encode


def decimal_text(value):
    # A test that rounds a larger one would write out its zeros.
    if value.is_finite() and abs(value.adjusted()) > MOST_DIGITS:
        raise NotPlain("a decimal that is too large")
    return str(value)


# Values of the standard library that say all of themselves in a text.
EXACT = {
    decimal.Decimal: lambda value: ["n", decimal_text(value)],
    fractions.Fraction: lambda value: ["y", hex(value.numerator), hex(value.denominator)],
    datetime.date: clock("date"),
    datetime.time: clock("time"),
    datetime.datetime: clock("datetime"),
    datetime.timedelta: lambda value: ["w", "timedelta", f"{value.days} {value.seconds} {value.microseconds}"],
}


def plain_base(value):
    """What a value of an answer's own kind is beneath: a named tuple, an IntEnum. What it says of itself isn't asked."""
    if isinstance(value, int):
        return int.__pos__(value)
    if isinstance(value, float):
        return float.__pos__(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, tuple):
        return tuple(tuple.__iter__(value))
    if isinstance(value, list):
        return list(list.__iter__(value))
    if isinstance(value, dict):
        return dict(dict.items(value))
    if isinstance(value, set):
        return set(set.__iter__(value))
    return None


def decode(value):
    if not isinstance(value, list):
        return value
    tag = value[0]
    if tag == "i":
        return int(value[1], 16)
    if tag == "f":
        # A list with math.nan equals one with the same object.
        return math.nan if value[1] == "nan" else float(value[1])
    if tag == "c":
        return complex(float(value[1]), float(value[2]))
    if tag == "b":
        return bytes.fromhex(value[1])
    if tag == "r":
        return range(*(int(part, 16) for part in value[1:]))
    if tag == "d":
        return {decode(key): decode(item) for key, item in value[1]}
    if tag == "e":
        return {decode(key): decode(item) for key, item in value[1]}.items()
    if tag == "n":
        return decimal.Decimal(value[1])
    if tag == "y":
        return fractions.Fraction(int(value[1], 16), int(value[2], 16))
    if tag == "w":
        if value[1] == "timedelta":
            return datetime.timedelta(*(int(part) for part in value[2].split(" ")))
        return getattr(datetime, value[1]).fromisoformat(value[2])
    if tag == "o":
        return make(*value[1:])
    many = [decode(item) for item in value[1]]
    if tag == "l":
        return many
    if tag == "t":
        return tuple(many)
    if tag == "s":
        return set(many)
    if tag == "z":
        return frozenset(many)
    if tag == "q":
        return collections.deque(many)
    if tag == "k":
        return dict.fromkeys(many).keys()
    if tag == "v":
        return dict(enumerate(many)).values()
    return iter(many)
`;
