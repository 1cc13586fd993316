"""What is kept for the next process: found only where it is of the same inputs, and made anew where it is damaged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path, PurePath
from types import SimpleNamespace
from typing import Any

import pytest

from subsidy_rules.values import kept as module
from subsidy_rules.values.coding import Codec
from subsidy_rules.values.kept import entry, kept, user_folder, write

CODEC = Codec()
VALUE = ("元", 1, frozenset({"a"}))


class Maker:
    """Counts how often something is made."""

    def __init__(self, value: object = VALUE) -> None:
        self.value, self.times = value, 0

    def __call__(self) -> tuple[object, ...]:
        self.times += 1
        return self.value  # type: ignore[return-value]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUBSIDY_RULES_CACHE", str(tmp_path / "a" / "b"))
    return tmp_path / "a" / "b"


def get(make: Callable[[], tuple[object, ...]], *digests: str) -> tuple[object, ...]:
    return kept("thing", digests, CODEC, make, tuple)


def test_what_was_made_is_found_again(folder: Path) -> None:
    make = Maker()
    assert [get(make, "x"), get(make, "x")] == [VALUE, VALUE]
    assert make.times == 1
    (file,) = folder.iterdir()
    if os.name == "posix":
        assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.usefixtures("folder")
def test_other_inputs_another_version_or_other_code_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    for _ in range(2):
        get(make, "x")
        get(make, "y")
        get(make, "x", "y")
        get(make)
    assert make.times == 4
    for name, value in (("__version__", "99"), ("FORM", 2), ("code_digest", lambda: "other")):
        monkeypatch.setattr(module, name, value)
        get(make, "x")
        get(make, "x")
    assert make.times == 7


def signed(rows: object) -> bytes:
    """Return an entry whose digest is right."""
    data = json.dumps(rows).encode()
    return sha256(data).hexdigest().encode() + b"\n" + data


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut off": lambda data: data[:-1],
    "longer": lambda data: data + b" ",
    "altered by hand": lambda data: data.replace("元".encode(), "角".encode()),
    "no digest": lambda data: data.partition(b"\n")[2],
    "not JSON": lambda _: sha256(b"{").hexdigest().encode() + b"\n{",
    "not UTF-8": lambda _: sha256(b"\xff").hexdigest().encode() + b"\n\xff",
    "a pickle": lambda _: b"cos\nsystem\n(S'echo'\ntR.",
    "an unknown kind": lambda _: signed([["os.system", "true"]]),
    "no rows": lambda _: signed([]),
    "no list": lambda _: signed({"a": 1}),
    "of another type": lambda _: signed([["int", "1"]]),
    "a row that is not there": lambda _: signed([["tuple", 5]]),
    "very deep": lambda _: (data := b"[" * 100_000) and sha256(data).hexdigest().encode() + b"\n" + data,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_made_anew_in_silence(damage: Callable[[bytes], bytes], folder: Path) -> None:
    make = Maker()
    get(make)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert get(make) == VALUE
    assert make.times == 2
    assert file.read_bytes() == whole
    assert get(make) == VALUE
    assert make.times == 2


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_may_have_written_is_made_anew(mode: int, folder: Path) -> None:
    make = Maker()
    get(make)
    next(folder.iterdir()).chmod(mode)
    get(make)
    assert make.times == 2


def test_an_entry_of_another_user_or_that_is_no_file_is_not_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(mode: int, uid: int) -> Any:  # noqa: ANN401 - a result of stat has no constructor with names
        return SimpleNamespace(st_mode=mode, st_uid=uid)

    monkeypatch.setattr(os, "getuid", lambda: 1000, raising=False)
    assert module._own(found(0o100600, 1000))
    assert module._own(found(0o100644, 0))
    assert not module._own(found(0o100600, 1001))
    assert not module._own(found(0o010600, 1000))
    monkeypatch.delattr(os, "getuid")
    assert module._own(found(0o100666, 0))
    assert not module._own(found(0o040700, 0))


def test_what_can_not_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    make = Maker()
    for place in (file, file / "below", tmp_path / ("x" * 300)):
        monkeypatch.setenv("SUBSIDY_RULES_CACHE", str(place))
        assert get(make) == VALUE
    assert make.times == 3


def test_what_is_not_data_is_made_each_time(folder: Path) -> None:
    make = Maker((0.5,))
    assert [get(make), get(make)] == [(0.5,), (0.5,)]
    assert make.times == 2
    assert not folder.exists()


def test_what_fails_is_not_kept(folder: Path) -> None:
    def fails() -> tuple[object, ...]:
        raise ValueError("wrong")

    for _ in range(2):
        with pytest.raises(ValueError, match="wrong"):
            get(fails)
    assert not folder.exists()


def test_0_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUBSIDY_RULES_CACHE", "0")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    make = Maker()
    get(make)
    get(make)
    assert make.times == 2
    assert list(tmp_path.iterdir()) == []


def test_without_its_own_code_at_hand_nothing_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", folder / "nowhere")
    assert module.code_digest.__wrapped__() is None
    monkeypatch.setattr(module, "code_digest", lambda: None)
    make = Maker()
    get(make)
    get(make)
    assert make.times == 2
    assert not folder.exists()


def test_the_code_is_told_by_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", tmp_path)
    for room in module._ROOMS:
        (tmp_path / room).mkdir(exist_ok=True)
    digest: Callable[[], str | None] = module.code_digest.__wrapped__
    empty = digest()
    (tmp_path / "plan" / "x.py").write_text("a", encoding="utf-8")
    one = digest()
    (tmp_path / "plan" / "x.txt").write_text("b", encoding="utf-8")
    assert digest() == one
    (tmp_path / "plan" / "x.py").write_text("b", encoding="utf-8")
    assert len({empty, one, digest()}) == 3


def test_what_was_packed_with_the_library_goes_first(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Maker()
    get(make)
    (file,) = folder.iterdir()
    monkeypatch.setattr(module, "PACKED", tmp_path / "packed")
    write(tmp_path / "packed", file.name, entry(("packed",), CODEC))
    (tmp_path / "packed" / file.name).chmod(0o664)  # as an installer may leave it
    assert get(make) == ("packed",)
    monkeypatch.setenv("SUBSIDY_RULES_CACHE", "0")
    assert get(make) == ("packed",)
    assert make.times == 1


def test_the_oldest_go_and_nothing_else_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    folder.mkdir(parents=True)
    for name in ("notes.json", "thing-1.json", f"thing-{'0' * 64}.yaml"):
        (folder / name).write_text("mine", encoding="utf-8")
    broken = folder / f"thing-{'0' * 64}.json.12-34"
    broken.write_text("", encoding="utf-8")
    os.utime(broken, ns=(0, 0))
    for place in range(6):
        get(Maker(), str(place))
        newest = max(folder.glob("thing-*.json"), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, ns=(place + 1, place + 1))
    left = [path for path in folder.iterdir() if len(path.name) > 70 and path.suffix == ".json"]
    assert len(left) == 3
    assert not broken.exists()
    assert len(list(folder.iterdir())) == 6


def test_many_threads_and_processes_write_one_entry_and_read_only_whole_ones(folder: Path) -> None:
    code = (
        "from subsidy_rules.values.coding import Codec\n"
        "from subsidy_rules.values.kept import kept\n"
        "value = tuple(map(str, range(20_000)))\n"
        "assert all(kept('thing', (str(n % 3),), Codec(), lambda: value, tuple) == value for n in range(20))\n"
    )
    ran = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    value = tuple(map(str, range(20_000)))
    found: list[bool] = []

    def read() -> None:
        found.extend(kept("thing", (str(n % 3),), CODEC, lambda: value, tuple) == value for n in range(20))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.wait() for one in ran] == [0, 0, 0]
    assert found == [True] * 80
    assert len(list(folder.iterdir())) == 3


HOME = "C:\\u" if os.name == "nt" else "/u"
FOLDERS: list[tuple[str, dict[str, str], str | None]] = [
    ("linux", {"HOME": HOME}, f"{HOME}/.cache/subsidy-rules"),
    ("linux", {"HOME": HOME, "XDG_CACHE_HOME": f"{HOME}/x"}, f"{HOME}/x/subsidy-rules"),
    ("linux", {"HOME": HOME, "XDG_CACHE_HOME": "relative"}, None),
    ("linux", {}, None),
    ("darwin", {"HOME": HOME, "XDG_CACHE_HOME": f"{HOME}/x"}, f"{HOME}/Library/Caches/subsidy-rules"),
    ("darwin", {}, None),
    ("win32", {"USERPROFILE": HOME, "LOCALAPPDATA": f"{HOME}/local"}, f"{HOME}/local/subsidy-rules"),
    ("win32", {"USERPROFILE": HOME}, None),
    ("linux", {"HOME": HOME, "SUBSIDY_RULES_CACHE": "here"}, "here"),
    ("linux", {"HOME": HOME, "SUBSIDY_RULES_CACHE": "0"}, None),
    ("linux", {"HOME": HOME, "SUBSIDY_RULES_CACHE": ""}, f"{HOME}/.cache/subsidy-rules"),
]


@pytest.mark.parametrize(("system", "env", "expected"), FOLDERS)
def test_the_users_folder(system: str, env: dict[str, str], expected: str | None) -> None:
    found = user_folder(env, system)
    assert found == (None if expected is None else Path(PurePath(expected)))
