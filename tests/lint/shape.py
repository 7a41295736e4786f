"""How long files and functions may be, and how a header opens."""

import re

FILE_LINES_MAX = 400
FILE_LINES_WISH = 300  # nine files in ten stay under it
FUNCTION_LINES_MAX = 70

_TYPE = re.compile(
    r"^\s*(?:(?:template|typedef|static|inline|export)\b\s*)*"
    r"(?:class|struct|union|enum|namespace)\b"
)
_ANGLES = re.compile(r"<[^<>(){};]*>")
_OPERATOR = re.compile(r"\boperator\s*[^\s\w(]+")
_PARENS = re.compile(r"\([^()]*\)")
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


def check_file_length(tree):
    for file in tree.files:
        if (file.is_cpp or file.is_shell or file.extension == ".py") and (
            len(file.lines) > FILE_LINES_MAX
        ):
            yield file.path, FILE_LINES_MAX, (
                f"{len(file.lines)} lines, at most {FILE_LINES_MAX}: is there a second thing in it?"
            )


def long_files(tree):
    """Files that are allowed but longer than most should be: (lines, path)."""
    return sorted(
        ((len(file.lines), file.path) for file in tree.cpp() if len(file.lines) > FILE_LINES_WISH),
        reverse=True,
    )


def check_function_length(tree):
    for file in tree.cpp():
        for first, last in functions(file.code()):
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield file.path, first, (
                    f"a function of {last - first + 1} lines, at most {FUNCTION_LINES_MAX}"
                )


def functions(code):
    """(first, last line) of each outermost function body; comments and literals are blanked.

    An approximation without a compiler: at each brace outside a function, the text since the last
    statement says whether a function, a type or an initializer opens.
    """
    line, depth, body_depth, first = 1, 0, None, 0
    statement, initializers = "", []
    for char in _DIRECTIVE.sub(lambda match: "\n" * match.group(0).count("\n"), code):
        if char == "\n":
            line += 1
        if body_depth is None and char not in "{};":
            statement += " " if char == "\n" else char
        elif char == "{":
            depth += 1
            if body_depth is not None:
                continue
            kind = _opened_by(statement)
            if kind == "function":
                body_depth, first = depth, line
            elif kind == "initializer":
                initializers.append(depth)
            else:
                statement = ""
        elif char == "}":
            if depth == body_depth:
                yield first, line
                body_depth, statement = None, ""
            elif body_depth is None and initializers and initializers[-1] == depth:
                initializers.pop()
                statement += "()"
            elif body_depth is None:
                statement = ""
            depth -= 1
        elif char == ";" and body_depth is None:
            statement = ""


def _opened_by(statement):
    """What the brace after this text opens: "function", "initializer" or "scope"."""
    text = _OPERATOR.sub("operator_", statement).strip()
    while _ANGLES.search(text):
        text = _ANGLES.sub("", text)
    if _TYPE.match(text):
        return "scope"
    text = _without_parens(text)
    if "(" in text:
        return "initializer"  # of a parameter
    if "=" in text:  # of a variable, unless a lambda opened with its []
        return "function" if "]" in text.split("=", 1)[1] else "initializer"
    if re.search(r"\x01\s*(noexcept\s*)?:[^:]", text):  # of a member, or the constructor's body
        return "function" if text.endswith("\x01") else "initializer"
    return "function" if "\x01" in text else "scope"


def _without_parens(text):
    while _PARENS.search(text):
        text = _PARENS.sub("\x01", text)
    return text


def check_headers(tree):
    for file in tree.files:
        if file.extension != ".hpp":
            continue
        lines = [line for line in file.lines if line.strip()]
        if file.text.count("#pragma once") != 1:
            yield file.path, 1, "a header has one `#pragma once`"
        if not lines or not lines[0].startswith(("//", "/*")):
            yield file.path, 1, "a header opens with a comment: what it is, who uses it, threads"
