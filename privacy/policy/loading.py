"""From a YAML file to a typed policy, or to the whole list of what must be mended.

The file is read as a tree of nodes, so that every problem can name its line. Tags, anchors and
aliases are refused: a policy is plain text, and an alias can make a small file endless.
"""

from collections.abc import Sequence
from typing import Any

import yaml

from privacy.kernel.errors import DomainError
from privacy.policy.document import PolicyDocument
from privacy.policy.reading import Located, Problem, read_entry
from privacy.policy.rules import problems_of

LARGEST_FILE = 1_000_000  # characters
DEEPEST = 12
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadPolicyFile(DomainError):
    """The file is not a policy; `problems` lists everything to mend, in order of lines."""

    code = "bad_policy_file"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        count = len(self.problems)
        text = "\n".join(str(each) for each in self.problems)
        super().__init__(f"The policy file has {count} problem{'s' if count != 1 else ''}.\n{text}")


def parse_policy(text: str) -> PolicyDocument:
    """The policy in `text` (YAML). Raises BadPolicyFile with every problem at once."""
    problems: list[Problem] = []
    node = _compose(text, problems)
    document = read_entry(PolicyDocument, node, "", problems) if node else None
    if document:
        problems += problems_of(document)
    if problems or document is None:
        raise BadPolicyFile(problems)
    return document


def checked_document(content: dict[str, Any]) -> PolicyDocument:
    """The policy in plain values, as a form has them. Raises BadPolicyFile with every problem at once."""
    problems: list[Problem] = []
    document = read_entry(PolicyDocument, Located.of(content), "", problems)
    if document:
        problems += problems_of(document)
    if problems or document is None:
        raise BadPolicyFile(problems)
    return document


def _compose(text: str, problems: list[Problem]) -> Located | None:
    if len(text) > LARGEST_FILE:
        problems.append(Problem(1, "file", "The file is too large.", f"Keep it under {LARGEST_FILE} characters."))
        return None
    try:
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = event.start_mark.line + 1 if event.start_mark else 1
                problems.append(Problem(line, "file", "Anchors and aliases are not read.", "Write the value out."))
                return None
        root = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "this is not readable"
        line = mark.line + 1 if mark else 1
        problems.append(Problem(line, "file", f"This is not YAML: {what}.", "Mend the indentation or the quotes here."))
        return None
    if root is None:
        problems.append(Problem(1, "file", "The file is empty.", "Start from the demo policy."))
        return None
    return _locate(root, "", 0, problems)


def _locate(node: yaml.Node, path: str, depth: int, problems: list[Problem]) -> Located:
    line = node.start_mark.line + 1
    if depth > DEEPEST:
        problems.append(Problem(line, path, "This is nested too deep.", "Move it out by some levels."))
        return Located(None, line)
    if isinstance(node, yaml.MappingNode):
        return Located(_locate_fields(node, path, depth, problems), line)
    if isinstance(node, yaml.SequenceNode):
        return Located([_locate(each, path, depth + 1, problems) for each in node.value], line)
    is_null = node.tag == "tag:yaml.org,2002:null"
    if not node.tag.startswith("tag:yaml.org,2002:"):
        problems.append(Problem(line, path or "file", f"The tag {node.tag} is not read.", "Write a plain value."))
    return Located(None if is_null else str(node.value), line)


def _locate_fields(node: yaml.MappingNode, path: str, depth: int, problems: list[Problem]) -> dict[str, Located]:
    fields: dict[str, Located] = {}
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        here = f"{path}.{name}" if path else name
        if name in fields:
            problems.append(Problem(key.start_mark.line + 1, here, "This field stands here twice.", "Remove one."))
        found = _locate(value, here, depth + 1, problems)
        # An empty value has its mark on a later line: the key is where a person looks.
        fields[name] = Located(found.value, key.start_mark.line + 1) if found.value is None else found
    return fields
