"""Parsing the text inside `${}`, once, at load.

Precedence, tightest first, by https://cloud.google.com/workflows/docs/reference/syntax/datatypes:
`()`, `.` and `[]`, `not`, unary `-`, `* / // %`, `+ -`, comparisons and `in`, `and`, `or`.

Stricter than Google on purpose, where its text and the emulators disagree: `not` stands alone in parentheses,
comparisons do not chain, there are no list or map literals and no ternary, and `+` joins a string to a string only.
"""

from __future__ import annotations

from . import limits
from .expressions import Binary, Call, Expression, Item, Literal, Name, Negative, Not
from .tokens import ExpressionError, Token, tokenize
from .values import is_number

_DEEPEST = 40
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "in"}
_POWER = {"or": 1, "and": 2, **dict.fromkeys(_COMPARISONS, 3), "+": 4, "-": 4, "*": 5, "/": 5, "//": 5, "%": 5}


def parse(text: str) -> Expression:
    """The tree of an expression (without `${` and `}`). Raises ExpressionError with the place and the remedy."""
    parser = _Parser(tokenize(text))
    tree = parser.expression(0)
    parser.finish()
    return tree


def parse_target(text: str) -> tuple[str, list[Expression]]:
    """The left side of an assignment, `name.key[index]…`: the variable and the keys below it."""
    if len(text) > limits.EXPRESSION_CHARACTERS:
        raise ExpressionError(f"longer than {limits.EXPRESSION_CHARACTERS} characters")
    tree = parse(text)
    path: list[Expression] = []
    while isinstance(tree, Item):
        path.append(tree.key)
        tree = tree.container
    if not isinstance(tree, Name):
        raise ExpressionError("an assignment names a variable, or an element of one")
    return tree.name, path[::-1]


class _Parser:
    """Pratt's top-down operator precedence over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _advance(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _expect(self, text: str) -> None:
        if self._token.text != text or self._token.kind == "string":
            raise self._unexpected(f"expected {text}")
        self._at += 1

    def _is(self, text: str) -> bool:
        return self._token.text == text and self._token.kind != "string"

    def _unexpected(self, why: str) -> ExpressionError:
        if self._token.kind == "end":
            return ExpressionError(f"the expression ends too early: {why}")
        return ExpressionError(f"unexpected {self._token.text} at character {self._token.position + 1}: {why}")

    def finish(self) -> None:
        if self._token.kind != "end":
            raise self._unexpected("expected an operator or the end")

    def expression(self, minimum: int) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(f"nested more than {_DEEPEST} deep")
        left = self._prefix()
        compared = False
        while (word := self._operator()) is not None and _POWER[word] > minimum:
            if word in _COMPARISONS:
                if compared:
                    raise self._unexpected("comparisons do not chain; join them with and, or use parentheses")
                compared = True
            self._at += 1
            left = _binary(word, left, self.expression(_POWER[word]))
        self._depth -= 1
        return left

    def _operator(self) -> str | None:
        token = self._token
        if token.kind == "keyword":
            if token.value == "not" or token.text == "IN":
                raise self._unexpected("write (not (a in b))")
            return str(token.value)
        return token.text if token.kind == "op" and token.text in _POWER else None

    def _prefix(self) -> Expression:
        if self._is("-"):
            self._at += 1
            operand = self._prefix()
            if operand.static_type not in {None, "number"}:
                raise ExpressionError("- wants a number")
            if isinstance(operand, Literal):
                return Literal(-operand.value)
            return Negative(operand)
        return self._postfix(self._primary())

    def _primary(self) -> Expression:
        token = self._advance()
        if token.kind in {"int", "float", "string", "constant"}:
            return Literal(token.value)
        if token.kind == "name":
            return Name(token.text, token.position)
        if token.text == "(":
            inner = self._negation() if self._token.value == "not" and self._token.kind == "keyword" else None
            inner = inner or self.expression(0)
            self._expect(")")
            return inner
        self._at -= 1
        if token.kind == "keyword" and token.value == "not":
            if self._tokens[self._at + 1].text == "(":
                raise self._unexpected("engines disagree on how far not reaches; write (not (…)) or (not name)")
            raise self._unexpected("engines disagree on how far not reaches; write it in parentheses: (not x)")
        if token.text == "[":
            raise self._unexpected("list literals are not allowed inside ${}; assign the list first")
        raise self._unexpected("expected a value")

    def _negation(self) -> Expression:
        self._at += 1
        operand = self._postfix(self._primary())
        if not self._is(")"):
            raise self._unexpected("(not x) holds one operand; put the rest in its own parentheses")
        if operand.static_type not in {None, "boolean"}:
            raise ExpressionError("not wants a boolean")
        return Not(operand)

    def _postfix(self, node: Expression) -> Expression:
        while True:
            if self._is("."):
                self._at += 1
                if self._token.kind not in {"name", "keyword", "constant"}:
                    raise self._unexpected("expected a name after the dot")
                node = Item(node, Literal(self._advance().text), by_dot=True)
            elif self._is("["):
                self._at += 1
                key = self.expression(0)
                self._expect("]")
                if isinstance(key, Literal) and is_number(key.value) and key.value < 0:
                    raise ExpressionError("a negative index is not allowed; count from len()")
                node = Item(node, key)
            elif self._is("("):
                node = self._call(node)
            else:
                return node

    def _call(self, callee: Expression) -> Expression:
        name = callee.name if isinstance(callee, Name) else callee.dotted() if isinstance(callee, Item) else None
        if name is None:
            raise self._unexpected("only a function's name can be called")
        position = self._advance().position
        arguments: list[Expression] = []
        while not self._is(")"):
            arguments.append(self.expression(0))
            if not self._is(")"):
                self._expect(",")
                if self._is(")"):
                    raise self._unexpected("expected an argument after the comma")
        self._at += 1
        return Call(name, tuple(arguments), position)


def _binary(word: str, left: Expression, right: Expression) -> Binary:
    """The node, unless the types known from the text alone already contradict the operator."""
    types = {left.static_type, right.static_type}
    if word == "+":
        if "string" in types and types & {"number", "boolean", "null"}:
            raise ExpressionError("+ joins a string to a string only; convert with string()")
        if types & {"boolean", "null"}:
            raise ExpressionError("+ wants two numbers or two strings")
        return Binary(
            word, left, right, static_type="string" if "string" in types else "number" if types == {"number"} else None
        )
    if word in {"and", "or"}:
        if types & {"number", "string", "null"}:
            raise ExpressionError(f"{word} wants booleans")
        return Binary(word, left, right, static_type="boolean")
    if word in _COMPARISONS:
        if types >= {"boolean", "number"} and word != "in":
            raise ExpressionError("a boolean and a number cannot be compared; engines disagree on the answer")
        return Binary(word, left, right, static_type="boolean")
    if types & {"string", "boolean", "null"}:
        raise ExpressionError(f"{word} wants numbers")
    return Binary(word, left, right, static_type="number")
