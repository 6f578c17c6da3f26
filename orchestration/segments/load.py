"""Read segment files, the owner's own rules (S176); every mistake is named with its file and line, all at once."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from orchestration.ingestion.expressions import ExpressionError, closest
from orchestration.segments.model import KINDS, Segmentation, SegmentClass, SegmentError
from orchestration.segments.rules import check_rule
from orchestration.settings import DBT_PROJECT, Settings

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
KEYS = {"name", "kind", "en", "zh", "about", "classes", "by", "rule"}
CLASS_KEYS = {"name", "en", "zh", "rule"}
BUILTIN = DBT_PROJECT / "segments"


def load_all(settings: Settings) -> list[Segmentation]:
    """The project's segmentations and those of CRM_HOME/segments, by file and place. SegmentError for any mistake."""
    return builtin_segmentations() + own_segmentations(settings)


def builtin_segmentations() -> list[Segmentation]:
    """The segmentations of dbt_project/segments."""
    return _load(BUILTIN, "builtin", set())


def own_segmentations(settings: Settings) -> list[Segmentation]:
    """The segmentations of CRM_HOME/segments; none while there is no such folder."""
    taken = {each.name for each in builtin_segmentations()} if (settings.home / "segments").is_dir() else set()
    return _load(settings.home / "segments", "own", taken)


def _load(folder: Path, origin: str, taken: set[str]) -> list[Segmentation]:
    found: list[Segmentation] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        for node in _items(path, problems):
            try:
                each = _segmentation(node, path, origin)
                if each.name in taken:
                    raise _Problem(node, f"the name {each.name!r} is taken; names are unique over all files")
            except _Problem as problem:
                problems += [f"{path}:{problem.line}: {text}" for text in problem.texts]
            else:
                taken.add(each.name)
                found.append(each)
    if problems:
        raise SegmentError("\n".join(problems))
    return found


class _Problem(Exception):
    """Something is wrong at a node of a file."""

    def __init__(self, node: yaml.Node, *texts: str) -> None:
        super().__init__(*texts)
        self.line, self.texts = node.start_mark.line + 1, texts


def _items(path: Path, problems: list[str]) -> Iterator[yaml.Node]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(f"{path}:{line}: not YAML: {error.problem}")
        return
    except (OSError, ValueError) as error:
        problems.append(f"{path}:1: cannot be read as UTF-8 text: {error}")
        return
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        problems.append(f"{path}:1: a segment file is a list; begin every segmentation with '- name:'")
        return
    yield from root.value


def _segmentation(node: yaml.Node, path: Path, origin: str) -> Segmentation:
    fields = _fields(node, KEYS)
    forms = [key for key in ("classes", "by", "rule") if key in fields]
    if len(forms) != 1:
        raise _Problem(node, "give exactly one of rule (one segment), classes (several) and by (one for every value)")
    name = _name(node, fields)
    kind = _text(fields, "kind") or "own"
    if kind not in KINDS:
        raise _Problem(fields["kind"], f"kind {kind!r} is none of {', '.join(KINDS)}{closest(kind, KINDS)}")
    en, zh = _text(fields, "en") or name, _text(fields, "zh") or _text(fields, "en") or name
    classes: tuple[SegmentClass, ...] = ()
    if "rule" in fields:
        classes = (SegmentClass(name, en, zh, _rule(fields["rule"], "boolean")),)
    elif "classes" in fields:
        classes = _classes(fields["classes"])
    by = _rule(fields["by"], "text") if "by" in fields else ""
    about, line = _text(fields, "about"), node.start_mark.line + 1
    return Segmentation(name, kind, en, zh, about, origin, path, line, classes, by)


def _classes(node: yaml.Node) -> tuple[SegmentClass, ...]:
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise _Problem(node, "classes is a list of {name, en, zh, rule}")
    made: list[SegmentClass] = []
    for item in node.value:
        fields = _fields(item, CLASS_KEYS)
        if "rule" not in fields:
            raise _Problem(item, "a class needs a rule")
        name = _name(item, fields)
        if any(each.name == name for each in made):
            raise _Problem(item, f"two classes are called {name!r}")
        en = _text(fields, "en") or name
        made.append(SegmentClass(name, en, _text(fields, "zh") or en, _rule(fields["rule"], "boolean")))
    return tuple(made)


def _fields(node: yaml.Node, known: set[str]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _Problem(node, f"expected keys and values ({', '.join(sorted(known))})")
    fields: dict[str, Any] = {}
    for key, value in node.value:
        if key.value not in known:
            raise _Problem(key, f"unknown key {key.value!r}{closest(str(key.value), known)}")
        if key.value in fields:
            raise _Problem(key, f"the key {key.value!r} stands here twice")
        fields[key.value] = value
    return fields


def _text(fields: dict[str, yaml.Node], key: str) -> str:
    node = fields.get(key)
    if node is None:
        return ""
    if not isinstance(node, yaml.ScalarNode):
        raise _Problem(node, f"{key} is one text")
    return str(node.value).strip()


def _name(node: yaml.Node, fields: dict[str, yaml.Node]) -> str:
    name = _text(fields, "name")
    if not NAME.fullmatch(name):
        where = fields.get("name", node)
        raise _Problem(where, f"name {name!r}: use small letters, digits and underscores, beginning with a letter")
    return name


def _rule(node: yaml.Node, result: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
        raise _Problem(node, "a rule is one SQL expression")
    try:
        return check_rule(str(node.value).strip(), result)
    except ExpressionError as error:
        raise _Problem(node, str(error)) from None
