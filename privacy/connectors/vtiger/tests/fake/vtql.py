"""The query language of the CRM: one module, no joins, no brackets, and a silent limit of 100."""

import re
from collections.abc import Callable, Sequence

from privacy.connectors.vtiger.tests.fake.records import MODULES, Fault, Row, Store

MOST = 100
QUERY = re.compile(
    r"select\s+(?P<what>\*|count\(\*\)|[\w\s,]+?)\s+from\s+(?P<module>\w+)(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+order\s+by\s+(?P<order>\w+)(?P<desc>\s+desc)?)?(?:\s+limit\s+(?P<first>\d+)(?:\s*,\s*(?P<second>\d+))?)?\s*;",
    re.IGNORECASE | re.DOTALL,
)
TOKEN = re.compile(r"\s*('(?:[^'\\]|'')*'|!=|<=|>=|=|<|>|\(|\)|,|[\w.]+)")
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda a, b: a.lower() == b.lower(),
    "!=": lambda a, b: a.lower() != b.lower(),
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def run(store: Store, query: str, *, counts_hidden: bool = False) -> list[Row] | str:
    """The rows of a query. What cannot be parsed gives a text instead of a list, and no error."""
    if "\\" in query:
        raise Fault("DATABASE_QUERY_ERROR", "Query execution failed")
    parts = QUERY.fullmatch(query.strip())
    if parts is None:
        return "syntax error"
    module = parts["module"]
    if module not in MODULES or module in store.disabled:
        raise Fault("ACCESS_DENIED", "Permission to perform the operation is denied for query")
    try:
        rows = [row for row in store.of(module) if not parts["where"] or _matches(row, _tokens(parts["where"]))]
    except (KeyError, IndexError, ValueError):
        return "syntax error"
    if parts["what"].lower() == "count(*)":
        unseen = sum(record.startswith(f"{MODULES[module][0]}x") for record in store.hidden) if counts_hidden else 0
        return [{"count": str(len(rows) + unseen)}]
    if parts["order"] and parts["order"] != "id":
        rows.sort(key=lambda row: row[parts["order"]].lower())
    if parts["desc"]:
        rows.reverse()
    offset = int(parts["first"]) if parts["second"] else 0
    limit = min(int(parts["second"] or parts["first"] or MOST), MOST)
    rows = rows[offset : offset + limit]
    if parts["what"] == "*":
        return [dict(row) for row in rows]
    names = [name.strip() for name in parts["what"].split(",")]
    return [{name: row[name] for name in {*names, "id"}} for row in rows]


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(text)
        found.append(match[1])
        place = match.end()
    return found


def _matches(row: Row, tokens: Sequence[str]) -> bool:
    """Conditions from left to right, AND before OR as in SQL."""
    place, alternatives = 0, [True]
    while place < len(tokens):
        name, sign = tokens[place], tokens[place + 1].lower()
        if sign == "in":
            end = tokens.index(")", place)
            values = [_value(token) for token in tokens[place + 3 : end] if token != ","]
            holds, place = row[name].lower() in {value.lower() for value in values}, end + 1
        elif sign == "like":
            pattern = re.escape(_value(tokens[place + 2])).replace("%", ".*")
            holds, place = bool(re.fullmatch(pattern, row[name], re.IGNORECASE)), place + 3
        else:
            holds, place = OPERATORS[sign](row[name], _value(tokens[place + 2])), place + 3
        alternatives[-1] = alternatives[-1] and holds
        if place < len(tokens):
            word = tokens[place].lower()
            if word not in {"and", "or"}:
                raise ValueError(word)
            if word == "or":
                alternatives.append(True)
            place += 1
    return any(alternatives)


def _value(token: str) -> str:
    return token[1:-1].replace("''", "'") if token.startswith("'") else token
