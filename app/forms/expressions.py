"""Expressions of a form: ODK's XPath, parsed once by elementpath, answered from a sheet.

`OdkParser` is elementpath's XPath 1 parser with ODK's operators and functions in place of its own.
Three things differ from plain XPath, all as ODK has them: `${name}` is the answer in reach (that of
the same row, else the only one, else those of all rows), dates count as days, and what is empty or
not relevant is `""`.
"""

from __future__ import annotations

import math
import re
from abc import ABCMeta
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from threading import Lock
from typing import Any, Final, Protocol, cast

from elementpath import XPath1Parser, XPathContext
from elementpath.exceptions import ElementPathError
from elementpath.namespaces import XPATH_FUNCTIONS_NAMESPACE
from elementpath.tdop import Token
from elementpath.xpath_nodes import ElementNode, XPathNode
from elementpath.xpath_tokens import (
    ContextItemToken,
    NameToken,
    VariableToken,
    XPathFunction,
    XPathToken,
)

from app.core.i18n import _
from app.forms import values
from app.forms.errors import ExpressionError
from app.forms.values import Seen


class Reach(Protocol):
    """What an expression asks of the sheet it is evaluated in."""

    def named(self, name: str) -> Seen:
        """The value (or values) of `${name}` as seen from here."""
        ...

    def nodes_named(self, name: str) -> list[ElementNode]:
        """The same as nodes, for paths."""
        ...

    def of_node(self, node: ElementNode) -> Seen:
        """The value that a node of the answers' tree stands for."""
        ...

    def here(self) -> Seen:
        """The value of `.`: the question's own answer."""
        ...

    def node(self) -> ElementNode:
        """The node of the question, and through it the tree of all answers."""
        ...

    def row_number(self, levels: int) -> int:
        """Which row of its repeat, from 1, the question stands in (0 outside a repeat)."""
        ...

    def indexed(self, name: str, rows: list[tuple[str, int]]) -> Seen:
        """The value of `name` in the row so numbered of each repeat named."""
        ...

    def row_count(self, name: str) -> int | None:
        """How many rows in reach a repeat has; `None` if `name` is no repeat."""
        ...

    def choice_label(self, value: str, name: str) -> str:
        """What the option `value` of the question `name` is called in the language shown."""
        ...

    def context(self, key: str) -> str:
        """What the casebook says about the child under `key`; `""` if nothing."""
        ...

    def moment(self) -> datetime:
        """Now, by the clock on the wall in England and Wales."""
        ...

    def form_version(self) -> int:
        """The version of the form."""
        ...


class Here(XPathContext):
    """elementpath's context, carrying the reach; the tree is built only where a path needs it."""

    reach: Reach
    columns: Mapping[str, str] | None

    def __init__(  # the parent's would build a tree for every expression
        self, reach: Reach, *, walks: bool, columns: Mapping[str, str] | None = None
    ) -> None:
        self.reach = reach
        self.columns = columns
        self.namespaces = {}
        self.variables = {}
        self.document = None
        self.root = None
        self.item = cast(Any, None)
        self.position = 1
        self.size = 1
        self.axis = None
        if walks:
            node = reach.node()
            self.item = node
            root: Any = node
            while root.parent is not None:
                root = root.parent
            if isinstance(root, ElementNode):
                self.root = root
            else:
                self.document = self.root = root


class OdkParser(XPath1Parser):
    """XPath 1 with ODK's functions; refuses those that make no sense here, by name."""

    symbol_table = dict(XPath1Parser.symbol_table)  # noqa: RUF012 - the parent class names it so
    tokenizer = None

    def parse(self, source: str) -> XPathToken:
        """The token tree of `source`, without the trial evaluation of the parent class."""
        if self.tokenizer is None:
            type(self).tokenizer = self.create_tokenizer(self.symbol_table)
        return super(XPath1Parser, self).parse(source)


Evaluate = Callable[[Any, Any], Any]


def _token_class(name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type[XPathToken]:
    return cast(type[XPathToken], ABCMeta(name, bases, members))


def redefine(*symbols: str) -> Callable[[Evaluate], Evaluate]:
    """Give operators another meaning, in this parser only."""

    def bind(evaluate: Evaluate) -> Evaluate:
        for symbol in symbols:
            parent = OdkParser.symbol_table[symbol]
            OdkParser.symbol_table[symbol] = _token_class(
                f"Odk{parent.__name__}",
                (parent,),
                {"evaluate": evaluate, "select": _select, "__module__": __name__},
            )
        return evaluate

    return bind


def define(
    *symbols: str, nargs: int | tuple[int, int | None] = 1
) -> Callable[[Evaluate], Evaluate]:
    """Register a function of the expression language under each of `symbols`."""

    def bind(evaluate: Evaluate) -> Evaluate:
        for symbol in symbols:
            OdkParser.symbol_table[symbol] = _token_class(
                "Odk_" + re.sub(r"\W", "_", symbol),
                (XPathFunction,),
                {
                    "symbol": symbol,
                    "lookup_name": symbol,
                    "label": "function",
                    "namespace": XPATH_FUNCTIONS_NAMESPACE,
                    "nargs": nargs,
                    "lbp": 90,
                    "rbp": 90,
                    "evaluate": evaluate,
                    "select": _select,
                    "__module__": __name__,
                },
            )
        return evaluate

    return bind


def _select(token: XPathToken, context: Any = None) -> Iterator[Any]:
    value = token.evaluate(context)
    if isinstance(value, list):
        yield from value
    else:
        yield value


def value_of(token: XPathToken, context: Here) -> Seen:
    """The value of an argument, nodes turned into what they stand for."""
    # A path moves the context along; whatever is worked out next must start from here again.
    found = token.evaluate(context if context.root is None else copy(context))
    if isinstance(found, list):
        return [_plain(entry, context) for entry in found]
    return _plain(found, context)


def _plain(value: Any, context: Here) -> Seen:
    if isinstance(value, XPathNode):
        return context.reach.of_node(cast(ElementNode, value))
    if isinstance(value, Decimal):
        return float(value)
    return value


def list_of(token: XPathToken, context: Here) -> list[Seen]:
    """The values of an argument as a list, whatever it is."""
    found = value_of(token, context)
    return found if isinstance(found, list) else [found]


# Names ------------------------------------------------------------------------------------


class AnswerToken(VariableToken):
    """`${name}`, which stands in the parsed text as `$name`."""

    def evaluate(self, context: Any = None) -> Seen:
        return context.reach.named(self.value)

    def select(self, context: Any = None) -> Iterator[Any]:
        yield from context.reach.nodes_named(self.value)


class ColumnToken(NameToken):
    """A bare name: a column of the choice list in a choice filter, else a step of a path."""

    def evaluate(self, context: Any = None) -> Seen:
        if context.columns is not None and context.item is None:
            return context.columns.get(self.value, "")
        return list(super().select(context))

    def select(self, context: Any = None) -> Iterator[Any]:
        if context.columns is not None and context.item is None:
            yield context.columns.get(self.value, "")
        else:
            yield from super().select(context)


class SelfToken(ContextItemToken):
    """`.`: the question's own answer, or the node that a path has reached."""

    def evaluate(self, context: Any = None) -> Seen:
        if context.item is None:
            return context.reach.here()
        return list(super().select(context))


OdkParser.symbol_table["$"] = AnswerToken
OdkParser.symbol_table["(name)"] = ColumnToken
OdkParser.symbol_table["."] = SelfToken


# Operators --------------------------------------------------------------------------------


@redefine("or")
def _or(self: Any, context: Any) -> bool:
    return values.truth(value_of(self._items[0], context)) or values.truth(
        value_of(self._items[1], context)
    )


@redefine("and")
def _and(self: Any, context: Any) -> bool:
    return values.truth(value_of(self._items[0], context)) and values.truth(
        value_of(self._items[1], context)
    )


@redefine("=")
def _equal(self: Any, context: Any) -> bool:
    return values.same(value_of(self._items[0], context), value_of(self._items[1], context))


@redefine("!=")
def _unequal(self: Any, context: Any) -> bool:
    return values.differs(value_of(self._items[0], context), value_of(self._items[1], context))


@redefine("<", "<=")
def _below(self: Any, context: Any) -> bool:
    left, right = value_of(self._items[0], context), value_of(self._items[1], context)
    return values.below(left, right, or_same=self.symbol == "<=")


@redefine(">", ">=")
def _above(self: Any, context: Any) -> bool:
    left, right = value_of(self._items[0], context), value_of(self._items[1], context)
    return values.below(right, left, or_same=self.symbol == ">=")


@redefine("+")
def _plus(self: Any, context: Any) -> float | int:
    numbers = [values.number(value_of(token, context)) for token in self._items]
    return numbers[0] + numbers[1] if len(numbers) == 2 else numbers[0]


@redefine("-")
def _minus(self: Any, context: Any) -> float | int:
    numbers = [values.number(value_of(token, context)) for token in self._items]
    return numbers[0] - numbers[1] if len(numbers) == 2 else -numbers[0]


@redefine("div")
def _div(self: Any, context: Any) -> float | int:
    left, right = (values.number(value_of(token, context)) for token in self._items)
    if right == 0:
        return (
            values.NAN if left == 0 or math.isnan(left) else float("inf") * (1 if left > 0 else -1)
        )
    return left / right


@redefine("mod")
def _mod(self: Any, context: Any) -> float | int:
    left, right = (values.number(value_of(token, context)) for token in self._items)
    if right == 0 or math.isnan(left) or math.isnan(right):
        return values.NAN
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


@redefine("*")
def _times(self: Any, context: Any) -> Any:
    if len(self._items) == 2:
        left, right = (values.number(value_of(token, context)) for token in self._items)
        return left * right
    return list(self.select(context))


OdkParser.symbol_table["*"].select = XPath1Parser.symbol_table["*"].select


@redefine("(")
def _brackets(self: Any, context: Any) -> Any:
    return self._items[0].evaluate(context)


# The parsed expression --------------------------------------------------------------------


@dataclass(frozen=True)
class Reference:
    """A name that an expression looks at; `all_rows` when it may meet any row of a repeat."""

    name: str
    all_rows: bool = False


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression, parsed; safe to share between sheets."""

    source: str
    token: XPathToken
    references: frozenset[Reference]
    names: frozenset[str]
    """Bare names: steps of paths, or columns in a choice filter."""
    functions: frozenset[str]
    walks: bool
    """Whether it walks the tree of answers by path."""
    looks_at_itself: bool
    counts_rows: bool
    """Whether it asks for its own row's number."""

    @property
    def timed(self) -> bool:
        """Whether its result changes with the time of day or the date."""
        return bool(self.functions & {"today", "now"})

    def value(self, reach: Reach, columns: Mapping[str, str] | None = None) -> Seen:
        """What it comes to; `""` where the numbers or texts in it cannot be worked with."""
        context = Here(reach, walks=self.walks, columns=columns)
        try:
            return value_of(self.token, context)
        except (ElementPathError, ArithmeticError, ValueError) as error:
            raise ExpressionError(
                _("The expression “{expression}” cannot be worked out.").format(
                    expression=self.source
                )
            ) from error

    def true(self, reach: Reach, columns: Mapping[str, str] | None = None) -> bool:
        """Whether it holds."""
        return values.truth(self.value(reach, columns))


_MARKER: Final = re.compile(r"\$\{\s*([^}\s]*)\s*\}")
_LITERAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_PREFIXED: Final = re.compile(r"\bjr:(?=[a-z])")
_parse_lock = Lock()


def _to_xpath(source: str) -> str:
    """`source` with `${name}` as XPath variables; within quotes, as the bare name."""
    parts = []
    end = 0
    for literal in _LITERAL.finditer(source):
        parts.append(_PREFIXED.sub("", _MARKER.sub(r"$\1", source[end : literal.start()])))
        parts.append(_MARKER.sub(r"\1", literal.group()))
        end = literal.end()
    parts.append(_PREFIXED.sub("", _MARKER.sub(r"$\1", source[end:])))
    return "".join(parts)


@lru_cache(maxsize=4096)
def parse(source: str) -> Expression:
    """The expression that `source` writes, parsed once however often it is asked for.

    Raises:
        ExpressionError: if it is not an expression, or uses a function that is refused.
    """
    from app.forms import functions as known

    for match in re.finditer(r"([A-Za-z][\w:.-]*)\s*\(", _LITERAL.sub("''", source)):
        refused = known.REFUSED_FUNCTIONS.get(match[1]) or known.REFUSED_FUNCTIONS.get(
            match[1].removeprefix("jr:")
        )
        if refused:
            raise ExpressionError(
                _("The function “{name}” is not supported: {why}").format(
                    name=match[1], why=refused
                )
            )
    if "${last-saved#" in source:
        raise ExpressionError(
            _("“${{last-saved#…}}” is not supported: answers are carried forward by the casebook.")
        )
    try:
        with _parse_lock:
            token = OdkParser().parse(_to_xpath(source))
    except (ElementPathError, SyntaxError, ValueError) as error:
        raise ExpressionError(
            _("“{expression}” is not an expression: {why}").format(
                expression=source, why=_reason(error)
            )
        ) from error
    return _looked_through(source, token)


def _reason(error: Exception) -> str:
    """elementpath's words without its error code."""
    return re.sub(r"^.*?\[err:\w+\]\s*|^'[^']*'[^:]*:\s*", "", str(error))


def _wandering(source: str) -> ExpressionError:
    return ExpressionError(
        _("The path in “{expression}” does not name each step.").format(expression=source),
        _("Write ${name} instead."),
    )


def _looked_through(source: str, root: XPathToken) -> Expression:
    references: set[Reference] = set()
    names: set[str] = set()
    functions: set[str] = set()
    walks = itself = counts_rows = False
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        token, all_rows = waiting.pop()
        symbol = token.symbol
        if symbol == "$":
            references.add(Reference(token.value, all_rows))
            continue
        if symbol == "(name)":
            names.add(token.value)
        elif symbol == ".":
            itself = True
        elif isinstance(token, XPathFunction) and token.label == "function":
            functions.add(symbol)
            if symbol == "position" and token._items:
                counts_rows = True
                continue
            if symbol in ("indexed-repeat", "choice-name"):
                all_rows = True
            if symbol == "choice-name" and len(token._items) == 2:
                named = token._items[1]
                if named.symbol == "(string)":
                    references.add(Reference(str(named.value).strip(), True))
        if symbol in ("//", "@") or token.label in ("axis", "kind test"):
            raise _wandering(source)
        if symbol == "*" and len(token._items) < 2:
            raise _wandering(source)
        if symbol in ("/", "[", ".."):
            walks = True
            all_rows = True
        waiting.extend((child, all_rows) for child in cast(Token[Any], token)._items)
    return Expression(
        source=source,
        token=root,
        references=frozenset(references),
        names=frozenset(names),
        functions=frozenset(functions),
        walks=walks,
        looks_at_itself=itself,
        counts_rows=counts_rows,
    )
