"""The Thrift types of the probe for both libraries: `thriftpy2` reads the IDL, and of what it has read come the classes of
Apache Thrift, as its compiler makes them (`-gen py:dynamic,slots`), which no Python package has.
"""

import re
import tempfile
from pathlib import Path

import thriftpy2
from thrift.protocol.TBase import TBase, TExceptionBase
from thrift.Thrift import TType
from thriftpy2.parser import lexer
from thriftpy2.thrift import TType as Parsed

import peer

IDL = [peer.ROOT / "tests/idl/base.thrift", peer.ROOT / "tests/idl/everything.thrift", peer.ROOT / "tests/rpc/idl/probe.thrift",
       peer.ROOT / "tests/peers/strange.thrift"]
# What this parser cannot take: a name before its definition, and an argument named as Python names an object itself.
BEYOND = re.compile(r"^const Color .*$|^ *string keywords\(.*$", re.MULTILINE)


def load():
    """A module for each file of the IDL, by its name."""
    # They are no keywords of Thrift, but of languages; the parser refuses even the methods that are named so.
    lexer.thrift_reserved_keywords = ()
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        for file in IDL:
            (Path(folder) / file.name).write_text(BEYOND.sub("", file.read_text()))
        return {file.stem: thriftpy2.load(str(Path(folder) / file.name), f"{file.stem}_thrift") for file in IDL}


MODULES = load()


class Apache:
    """The names of a module, with Apache Thrift's classes."""

    made, open_specs = {}, []

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        return self.of(getattr(self.module, name))

    def method(self, service, name):
        """The arguments and the result of a method, and whether there is none."""
        read = getattr(self.module, service)
        result = getattr(read, f"{name}_result")
        return self.of(getattr(read, f"{name}_args")), self.of(result), result.oneway

    @classmethod
    def of(cls, read):
        if not hasattr(read, "thrift_spec"):
            return read
        made = cls.struct(read)
        while cls.open_specs:
            pair = cls.open_specs.pop()
            pair[1] = pair[0].thrift_spec
        return made

    @classmethod
    def struct(cls, read):
        if read in cls.made:
            return cls.made[read]
        # In the order of the numbers, whatever that of the lines.
        fields = dict(sorted(read.thrift_spec.items()))
        names = [field[1] for field in fields.values()]
        defaults = dict(read.default_spec)
        base = TExceptionBase if issubclass(read, Exception) else TBase

        def initialise(self, *values, **named):
            for name, value in {**defaults, **dict(zip(defaults, values)), **named}.items():
                setattr(self, name, value)
        made = type(read.__name__, (base,), {"__slots__": names, "__init__": initialise, "__hash__": base.__hash__})
        cls.made[read] = made
        spec = [None] * (max(fields, default=0) + 1)
        for number, (kind, name, *argument, _required) in fields.items():
            wire, more = cls.kind(kind, *argument)
            spec[number] = (number, wire, name, more, defaults[name])
        made.thrift_spec = tuple(spec)
        return made

    @classmethod
    def kind(cls, kind, argument=None):
        """A type and what is to be known of it."""
        if isinstance(kind, tuple):
            return cls.kind(*kind)
        if kind == Parsed.BINARY:
            return TType.STRING, "BINARY"
        if kind == Parsed.STRING:
            return TType.STRING, "UTF8"
        if kind == Parsed.STRUCT:
            pair = [cls.struct(argument), None]
            cls.open_specs.append(pair)
            return kind, pair
        if kind in (Parsed.LIST, Parsed.SET):
            return kind, (*cls.kind(argument), False)
        if kind == Parsed.MAP:
            return kind, (*cls.kind(argument[0]), *cls.kind(argument[1]), False)
        return kind, None
