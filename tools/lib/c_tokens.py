"""Splits C into tokens, and a file into the definitions at its top level.

The tokenizer drops comments, white space and line breaks, and joins adjacent
string literals. Two texts with equal tokens therefore compile to the same code.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

# The token for the end of a preprocessor directive, the only line break that
# changes the meaning of C code.
END_OF_DIRECTIVE = "\n"

_LEXEME = re.compile(
    r"""
    (?P<space> (?: \s | \\\n )+ )
    | (?P<comment> // (?: \\\n | [^\n] )* | /\* .*? \*/ )
    | (?P<string> " (?: \\. | [^"\\\n] )* " )
    | (?P<other>
        ' (?: \\. | [^'\\\n] )* '
        | \.? \d (?: [eEpP][+-] | [\w.] )*
        | [A-Za-z_] \w*
        | \.\.\. | <<= | >>= | -> | \+\+ | -- | && | \|\| | \#\# | << | >>
        | [<>=!+*/%&|^-]=
        | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE_BREAK = re.compile(r"(?<!\\)\n")

OPENING = ("(", "{", "[")
CLOSING = (")", "}", "]")


@dataclasses.dataclass(frozen=True)
class Token:
    """One token and its place in the text: text[start:end]."""

    text: str
    start: int
    end: int
    in_directive: bool

    def is_word(self) -> bool:
        return self.text[0].isalpha() or self.text[0] == "_"


def tokens(text: str) -> list[Token]:
    """Returns the tokens of a file or of a part of a file."""
    found: list[Token] = []
    in_directive = False
    starts_line = True

    def end_directive(offset: int) -> None:
        nonlocal in_directive
        if in_directive:
            found.append(Token(END_OF_DIRECTIVE, offset, offset, True))
        in_directive = False

    for match in _LEXEME.finditer(text):
        word = match[0]
        if match.lastgroup == "space":
            if _LINE_BREAK.search(word):
                end_directive(match.start())
                starts_line = True
            continue
        if match.lastgroup == "comment":
            continue
        if word == "#" and starts_line:
            in_directive = True
        starts_line = False
        last = found[-1] if found else None
        if match.lastgroup == "string" and last and last.text[0] == '"':
            word = last.text[:-1] + word[1:]
            found[-1] = Token(word, last.start, match.end(), in_directive)
        else:
            found.append(Token(word, match.start(), match.end(), in_directive))
    end_directive(len(text))
    return found


def words(text: str) -> list[str]:
    """Returns the texts of the tokens. Two texts with equal words compile to the
    same code."""
    return [token.text for token in tokens(text)]


@dataclasses.dataclass(frozen=True)
class Item:
    """A definition, declaration or directive: tokens[first:last] of a file.

    name      of the function, variable, type or macro; "" if it has none
    has_body  True for the definition of a function
    """

    name: str
    first: int
    last: int
    has_body: bool


def items(all_tokens: list[Token]) -> list[Item]:
    """Returns the top-level items of a file, in the order of the file."""
    found = []
    first = 0
    while first < len(all_tokens):
        last, has_body = _end(all_tokens, first)
        name = _name([token.text for token in all_tokens[first:last]])
        found.append(Item(name, first, last, has_body))
        first = last
    return found


def _end(all_tokens: list[Token], first: int) -> tuple[int, bool]:
    """Returns (the index after the item's last token, True if the item is the
    definition of a function)."""
    texts = [token.text for token in all_tokens[first : first + 3]]
    if texts[0] == "#":
        index = first
        while all_tokens[index].text != END_OF_DIRECTIVE:
            index += 1
        return index + 1, False
    if texts[0] == "extern" and texts[-1] == "{" and len(texts) == 3:
        return first + 3, False  # extern "C" {
    depth = 0
    is_function = False
    for index in range(first, len(all_tokens)):
        token = all_tokens[index].text
        if token in OPENING:
            if depth == 0 and token == "{":
                is_function = index > first and all_tokens[index - 1].text == ")"
            depth += 1
        elif token in CLOSING:
            depth -= 1
            if depth < 0 or (depth == 0 and token == "}" and is_function):
                return index + 1, depth == 0
        elif token == ";" and depth == 0:
            return index + 1, False
    return len(all_tokens), False


def _name(texts: list[str]) -> str:
    if texts[0] == "#":
        return texts[2] if texts[1] in ("define", "undef") else ""
    head = list(_head(texts))
    if head and head[-1] == "()":
        names = [text for text in head[:-1] if text[0] != "("]
        if head[-2:-1] == ["()"]:  # typedef void (*name)(void);
            inside = texts[texts.index("(") : texts.index(")")]
            names = [text for text in inside if text[0].isalpha()]
    else:
        names = [text for text in head if text != "()"]
    return names[-1] if names else ""


def _head(texts: list[str]) -> Iterator[str]:
    """Yields the words of a definition before its body or value.

    Skips text in brackets. Yields "()" for each pair of parentheses, except
    those of an __attribute__."""
    depth = 0
    is_attribute = False
    for index, text in enumerate(texts):
        if depth == 0 and text in ("=", "[", ";"):
            return
        if depth == 0 and text == "{" and texts[index - 1] == ")":
            return
        if text in OPENING:
            if depth == 0:
                is_attribute = texts[index - 1] == "__attribute__"
            depth += 1
        elif text in CLOSING:
            depth -= 1
            if depth == 0 and text == ")" and not is_attribute:
                yield "()"
        elif depth == 0 and (text[0].isalpha() or text[0] == "_"):
            if text != "__attribute__":
                yield text
