"""What is typed halfway: where in a function of `src/lib.rs`, and what is to be offered there."""

import re
from dataclasses import dataclass

from analyzer import CURSOR

# How each function begins, and what can be typed in it: of `order.item`, `order.` and `order.it` are, and `item` is to be offered.
FUNCTIONS = {
    "#[faas::http(": ["order.item", "cx.invocation_id", "shelf.shop"],
    "#[faas::invoke(": ["order.item", "cx.invocation_id", "shelf.shop"],
    "#[faas::queue(": ["order.item", "cx.invocation_id", "shelf.shop"],
    "#[faas::timer(": ["tick.missed", "cx.invocation_id", "shelf.shop"],
    "#[faas::object(": ["object.bucket", "cx.invocation_id", "shelf.shop"],
    "#[faas::binlog(": ["change.table", "cx.invocation_id", "shelf.shop"],
    "#[faas::event(": ["event.data.item", "cx.invocation_id", "shelf.shop"],
    "#[faas::task(": ["order.item", "cx.invocation_id", "shelf.shop"],
    '#[faas::grpc("': ["parcel.label", "cx.invocation_id", "shelf.shop"],
    "#[faas::grpc()": ["request.into_inner", "self.shop"],
    "#[faas::thrift(": ["steps.checked_add", "self.shop"],
    "#[faas::resource(": ["shop.name"],
    "#[faas::on_start(": ["shelf.shop"],
    "#[faas::on_stop(": ["shelf.shop"],
    "#[faas::before_freeze(": ["shelf.shop"],
    "#[faas::after_restore(": ["shelf.shop"],
}

# What stands around it in the body. Parentheses are in pairs, as editors type them: behind one that is open, in an `impl` of gRPC,
# rust-analyzer 1.96 fails, because our macro keeps that `impl` from `async_trait` while it does not parse.
STATEMENTS = [
    "{};\n",
    "let half = {}\n",
    "drop({})\n",
    'let half = format!("{{}}", {});\n',
    "if {}\n",
    "match {}\n",
    "let half = || {}\n",
    "if true {{ {}\n",
]

# What stands in the signature meanwhile, after the last parameter.
PARAMETERS = ["half", "half:", "half: Sta", "half: State<", "State(half): State<Nob>", "Json()"]

# What stands in the attribute meanwhile, after the last argument.
ARGUMENTS = ["timeou", "timeout =", "timeout = 2", "timeout = faas::", "=", "retry()"]

# What stands in the section meanwhile, before its other fields, and what is to be offered.
FIELDS = {f"pub half: Str{CURSOR}": "String", f"pub half: Option<Ord{CURSOR}": "Order", f"half: Or{CURSOR}": "Order"}


@dataclass
class Function:
    """A function of the file, from its attribute to the brace that closes it."""

    file: str
    begin: int
    end: int

    @classmethod
    def find(cls, file, beginning):
        begin = file.index(beginning)
        return cls(file, begin, file.index("\n}\n", begin) + 2)

    def typed(self, statement, parameter="", argument=""):
        """The file, with these typed into the function."""
        arguments, parameters, body = self.parts()
        text = self.file
        # From the last to the first: what is behind moves.
        for place, typed in ((body, statement), (parameters, parameter), (arguments, argument)):
            before = text[: place].rstrip()
            comma = ", " if typed and place != body and before[-1] not in ",(" else ""
            text = text[:place] + comma + typed + text[place:]
        return text

    def parts(self):
        """Where its arguments end, where its parameters end, and where its body begins."""
        head = re.compile(r"#\[faas::\w+\((.*?)\)\](.*?fn \w+\(.*?)\)(?: -> [^{]*)? {\n", re.DOTALL)
        found = head.match(self.file, self.begin)
        return found.end(1), found.end(2), found.end()

    def parameter(self, name):
        """Where a parameter is named."""
        arguments, parameters, _ = self.parts()
        return re.compile(rf"\b{name}\b").search(self.file, self.file.index("fn ", arguments), parameters).start()


def in_config(file, field):
    """The file, with a field typed into its section."""
    head = "pub struct Shop {\n"
    return file.replace(head, f"{head}    {field}\n")


def halves(expression):
    """`order.` and `order.it` for `order.item`, with the cursor, and what is to be offered."""
    value, _, name = expression.rpartition(".")
    return [(f"{value}.{CURSOR}", name), (f"{value}.{name[:2]}{CURSOR}", name)]
