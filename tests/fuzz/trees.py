"""How a case or a rule file is changed so that it stays YAML: nodes are put for nodes, and written out again."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import yaml

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
Path: TypeAlias = tuple[str | int, ...]
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST: Final = 20


@lru_cache(maxsize=5000)
def tree_of(data: bytes) -> Tree | None:
    """Read bytes as texts, lists and mappings; nothing where they are no such thing."""
    try:
        return _plain(yaml.load(data.decode(), Loader=_LOADER))  # noqa: S506 - the base loader makes texts only
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _plain(node: object, depth: int = 0) -> Tree:
    if depth > _DEEPEST:
        raise ValueError
    if isinstance(node, dict):
        return {str(key): _plain(value, depth + 1) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item, depth + 1) for item in node]
    return str(node)


def places(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Tree]]:
    """Give every node and its path, the root first."""
    yield path, tree
    for step, child in _children(tree):
        yield from places(child, (*path, step))


def _children(tree: Tree) -> list[tuple[str | int, Tree]]:
    if isinstance(tree, dict):
        return list(tree.items())
    return list(enumerate(tree)) if isinstance(tree, list) else []


def put(tree: Tree, path: Path, made: Tree | None) -> Tree:
    """Return the tree with another node at a path, or with none there."""
    if not path:
        return "" if made is None else made
    step, *rest = path
    if isinstance(tree, dict) and isinstance(step, str):
        if made is None and not rest:
            return {key: value for key, value in tree.items() if key != step}
        return {**tree, step: put(tree.get(step, ""), tuple(rest), made)}
    if isinstance(tree, list) and isinstance(step, int):
        if made is None and not rest:
            return tree[:step] + tree[step + 1 :]
        return [*tree[:step], put(tree[step], tuple(rest), made), *tree[step + 1 :]]
    return tree


def changed(rng: random.Random, tree: Tree, other: Tree, word: Callable[[random.Random, str, str], str]) -> Tree:
    """Change one node: take one of another tree, mostly of the same name; drop, repeat, wrap, rename; change a text."""
    path, node = rng.choice(list(places(tree)))
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    theirs = list(places(other))
    named = [found for where, found in theirs if where and where[-1] == name]
    texts = [found for _, found in theirs if isinstance(found, str)]
    choice = rng.random()
    if isinstance(node, str) and choice < _TEXTS:
        return put(tree, path, word(rng, node, rng.choice(texts) if texts else ""))
    match rng.randrange(6):
        case 0:
            return put(tree, path, None)
        case 1 | 2:
            return put(tree, path, rng.choice(named) if named else rng.choice(theirs)[1])
        case 3:
            wraps: Sequence[Tree] = ([node], {"value": node}, {"min": node}, {"items": node, "more": "true"}, "", [])
            return put(tree, path, rng.choice(wraps))
        case 4 if isinstance(node, list):
            return put(tree, path, rng.choice((node + node, node[::-1], node[1:])))
        case _ if isinstance(node, dict):
            key, value = rng.choice([(where[-1], found) for where, found in theirs if where] or [("id", "x")])
            return put(tree, (*path, str(key)), value)
        case _:
            return put(tree, path, rng.choice(texts) if texts else "x")


_TEXTS: Final = 0.5


def written(tree: Tree, *, block: bool) -> str:
    """Write a tree as JSON, or as YAML in blocks with every text in quotes."""
    if not block:
        return json.dumps(tree, ensure_ascii=False)
    return "\n".join(_lines(tree)) + "\n"


def _lines(tree: Tree) -> Iterator[str]:
    if not tree or isinstance(tree, str):
        yield json.dumps(tree, ensure_ascii=False)
        return
    for step, child in _children(tree):
        head = "-" if isinstance(step, int) else f"{json.dumps(step, ensure_ascii=False)}:"
        if child and not isinstance(child, str):
            yield head
            yield from (f"  {line}" for line in _lines(child))
        else:
            yield f"{head} {json.dumps(child, ensure_ascii=False)}"
