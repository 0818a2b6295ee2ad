"""Pseudonyms: the same person within a purpose, another in every other; keys that are kept where they belong."""

from __future__ import annotations

import hmac
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeground.engine.feeds import KeyProblem, make_key
from safeground.engine.feeds.sharing.pseudonyms import Pseudonymiser, PseudonymKey, normalise, read_key
from safeground.engine.workspace import init_workspace


@pytest.mark.parametrize("length", [25, 32, 64, 65, 131])
def test_the_hash_is_that_of_the_standard_library(length: int) -> None:
    secret = bytes(range(length))
    expected = hmac.digest(secret, b"AB12", "sha256").hex()
    assert Pseudonymiser(PseudonymKey("p", secret)).replace(" ab 12") == expected


def test_the_hash_is_that_of_rfc_4231() -> None:
    """Test case 2, whose text is in the form in which we hash it but for its case and spaces."""
    pseudonyms = Pseudonymiser(PseudonymKey("p", b"Jefe"))
    assert pseudonyms._hash(b"what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("943 476 5919", "9434765919"),
        ("ab/12", " AB/12\t"),
        ("943\u00a0476\u20095919", "9434765919"),
        ("\ufeffWR\u200b1", "wr1"),
        ("１２３", "123"),
        ("AB–12", "ab-12"),
        ("é", "e\u0301"),
    ],
)
def test_one_number_written_twice_is_one_number(written: str, otherwise: str) -> None:
    pseudonyms = Pseudonymiser(PseudonymKey("p", b"k" * 32))
    assert pseudonyms.replace(written) == pseudonyms.replace(otherwise)


@pytest.mark.parametrize(("one", "other"), [("0123", "123"), ("1-23", "12-3"), ("AB/1", "AB1"), ("12.0", "12")])
def test_two_numbers_stay_two(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.text())
def test_normalising_twice_changes_nothing_more(value: str) -> None:
    assert normalise(normalise(value)) == normalise(value)


@given(st.text(alphabet=" \t\r\n\u00a0\ufeff\u200b"))
def test_blank_stays_blank(value: str) -> None:
    assert Pseudonymiser(PseudonymKey("p", b"k" * 32)).replace(value) == ""


def test_two_purposes_cannot_be_joined(tmp_path) -> None:
    for purpose in ("needs_assessment", "evaluation"):
        make_key(purpose, tmp_path)
    one, other = (read_key(purpose, folder=tmp_path) for purpose in ("needs_assessment", "evaluation"))
    assert Pseudonymiser(one).replace("9434765919") != Pseudonymiser(other).replace("9434765919")
    assert one.fingerprint != other.fingerprint
    assert "secret" not in repr(one) and one.secret.hex() not in repr(one)


def test_values_forgotten_meanwhile_keep_their_pseudonym(monkeypatch) -> None:
    monkeypatch.setattr("safeground.engine.feeds.sharing.pseudonyms._MOST_REMEMBERED", 2)
    pseudonyms = Pseudonymiser(PseudonymKey("p", b"k" * 32))
    before = [pseudonyms.replace(str(number)) for number in range(5)]
    assert [pseudonyms.replace(str(number)) for number in range(5)] == before and len(set(before)) == 5


def test_a_key_is_for_its_owner_alone_and_never_replaced(tmp_path) -> None:
    folder = tmp_path / "keys"
    path = make_key("needs_assessment", folder)
    before = path.read_text()
    assert len(bytes.fromhex(before)) == 32
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700
    with pytest.raises(KeyProblem, match="is there already"):
        make_key("needs_assessment", folder)
    assert path.read_text() == before


def test_no_key_is_made_inside_a_workspace(tmp_path) -> None:
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    (tmp_path / "link").symlink_to(workspace.root)
    for folder in (workspace.root, workspace.root / "deep" / "keys", tmp_path / "link" / "keys"):
        with pytest.raises(KeyProblem, match="lies in the workspace"):
            make_key("needs_assessment", folder)
    assert list(tmp_path.rglob("*.key")) == []


def test_a_key_behind_a_link_into_a_workspace_is_refused(tmp_path) -> None:
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    path = make_key("needs_assessment", tmp_path / "keys")
    path.rename(workspace.root / path.name)
    path.symlink_to(workspace.root / path.name)
    with pytest.raises(KeyProblem, match="lies in the workspace"):
        read_key("needs_assessment", folder=tmp_path / "keys")


@pytest.mark.parametrize(
    ("content", "told"), [("zz" * 32, "is no key"), ("", "too short, 0 bytes"), ("ab" * 31, "too short, 31 bytes"), ("ké", "cannot")]
)  # fmt: skip
def test_what_is_no_key_is_told(tmp_path, content: str, told: str) -> None:
    path = make_key("needs_assessment", tmp_path)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KeyProblem, match=told):
        read_key("needs_assessment", folder=tmp_path)


@pytest.mark.parametrize("purpose", ["../needs", "Needs", "", "a b"])
def test_a_purpose_is_a_code(tmp_path, purpose: str) -> None:
    with pytest.raises(KeyProblem, match="is no purpose code"):
        make_key(purpose, tmp_path)


def test_one_secret_for_two_purposes_is_refused(tmp_path) -> None:
    """Else whoever holds both could join what was shared for one with what was shared for the other."""
    path = make_key("needs_assessment", tmp_path)
    copy = tmp_path / "research.key"
    copy.write_text(path.read_text(encoding="ascii").upper(), encoding="ascii")
    copy.chmod(0o600)
    for purpose, other in (("needs_assessment", "research.key"), ("research", "needs_assessment.key")):
        with pytest.raises(KeyProblem, match=f"{purpose}.key and {other} beside it hold the same secret"):
            read_key(purpose, folder=tmp_path)
    copy.unlink()
    make_key("research", tmp_path)
    assert (
        read_key("research", folder=tmp_path).fingerprint != read_key("needs_assessment", folder=tmp_path).fingerprint
    )
