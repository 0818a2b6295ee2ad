"""A partner checks a file before it is sent: each planted fault that one file alone can show is told by the command, and costs no row."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest

from safeground.cli import DONE, REFUSED, main
from safeground.synthetic import plant_partner_faults

pytestmark = pytest.mark.slow

LIST = Path(__file__).parents[1] / "simulation" / "feeds" / "planted_partner_faults.txt"
RULES = {
    kind: rule for line in LIST.read_text(encoding="utf-8").splitlines() for kind, _, rule in [line.partition(" ")]
}
NOT_OF_ONE_FILE = {
    "area_unknown": "needs landed lookups",
    "area_vintages_mixed": "needs landed lookups",
    "person_of_no_event": "needs the file of events beside it",
    "codes_disagree": "needs the partnership's own code list",
    "code_not_in_force": "needs the partnership's own code list",
}
"""Rules that `safeground check WORKSPACE` tells, and why one file without a workspace cannot."""
REFUSED_AT_THE_DOOR = {"site_code_malformed", "two_sites_in_a_file"}
"""Refused since the agreement names their senders: `check FILE` asks for no agreement."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    return folder, {fault.kind: fault for fault in plant_partner_faults(folder, seed=11)}


@pytest.mark.parametrize("kind", RULES)
def test_a_fault_is_told_before_the_file_is_sent(kind, planted):
    folder, faults = planted
    fault, out = faults[kind], io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(["check", str(folder / fault.file), "--json"])
    told = json.loads(out.getvalue())
    if fault.verdict == "refused" and kind not in REFUSED_AT_THE_DOOR:
        assert code == REFUSED and told["refused"]
        return
    assert told["refused"] == []
    (check,) = told["checks"]
    assert check["received"] == check["accepted"] + check["quarantined"] + check["duplicates"]
    if kind in REFUSED_AT_THE_DOOR:
        return
    rules = {problem["rule"] for problem in check["problems"]}
    assert (RULES[kind] in rules) == (RULES[kind] not in NOT_OF_ONE_FILE), rules
    assert code == (REFUSED if "too_many_rejected" in rules else DONE)
