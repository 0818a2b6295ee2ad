"""Encryption at rest: what went in comes out, and whatever was changed since is noticed."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from safeground.engine.feeds import KeyProblem, make_at_rest_key
from safeground.engine.feeds.sharing.encryption import AT_REST_KEY, Cipher, open_encrypted, read_cipher

MIB = 1 << 20


@pytest.fixture
def cipher(monkeypatch: pytest.MonkeyPatch) -> Cipher:
    monkeypatch.setenv(AT_REST_KEY, make_at_rest_key())
    return read_cipher(needed_for="A test asks for it")


def write(path, cipher: Cipher, *blocks: bytes):
    path.write_bytes(b"".join(cipher.encrypt(blocks)))
    return path


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 17])
def test_what_went_in_comes_out(tmp_path, cipher, size):
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    path = write(tmp_path / "f", cipher, content[: size // 3], b"", content[size // 3 :])
    with open_encrypted(path) as file:
        assert file.read() == content
    assert content[:64] not in path.read_bytes() or size < 64


def test_every_line_is_a_token_of_the_library(tmp_path, cipher, monkeypatch):
    key = make_at_rest_key()
    path = write(tmp_path / "f", Cipher(key.encode()), b"one, two")
    header, token = path.read_bytes().splitlines()
    assert header.startswith(b"SAFEGROUND ENCRYPTED 1 ")
    assert Fernet(key).decrypt(token).endswith(b"one, two")


def test_the_same_content_is_never_the_same_twice(tmp_path, cipher):
    assert (
        write(tmp_path / "a", cipher, b"content").read_bytes() != write(tmp_path / "b", cipher, b"content").read_bytes()
    )


@pytest.mark.parametrize(
    "spoil", ["cut", "without the last", "swapped", "from another file", "a byte", "header", "behind the end"]
)
def test_what_was_changed_is_noticed(tmp_path, cipher, spoil):
    path = write(tmp_path / "f", cipher, b"a" * (2 * MIB + 5))
    other = write(tmp_path / "g", cipher, b"b" * (2 * MIB + 5)).read_bytes().splitlines(keepends=True)
    lines = path.read_bytes().splitlines(keepends=True)
    match spoil:
        case "cut":
            lines[-1] = lines[-1][:-10]
        case "without the last":
            del lines[-1]
        case "swapped":
            lines[1], lines[2] = lines[2], lines[1]
        case "from another file":
            lines[2] = other[2]
        case "a byte":
            lines[2] = lines[2][:1000] + (b"A" if lines[2][1000:1001] != b"A" else b"B") + lines[2][1001:]
        case "header":
            lines[0] = b"SAFEGROUND\n"
        case "behind the end":
            lines += other[1:]
    path.write_bytes(b"".join(lines))
    with pytest.raises(KeyProblem, match="is damaged"), open_encrypted(path) as file:
        file.read()


def test_another_key_is_told_from_damage(tmp_path, cipher, monkeypatch):
    path = write(tmp_path / "f", cipher, b"content")
    monkeypatch.setenv(AT_REST_KEY, make_at_rest_key())
    with pytest.raises(KeyProblem, match="was encrypted with another key"), open_encrypted(path) as file:
        file.read()
    monkeypatch.delenv(AT_REST_KEY)
    with pytest.raises(KeyProblem, match="is encrypted, and SAFEGROUND_AT_REST_KEY is not set"):
        open_encrypted(path)
