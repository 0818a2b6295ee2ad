"""A workspace is refused, made, opened and locked in sentences a user understands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from safeground.engine.workspace import (
    Generations,
    WorkspaceBusy,
    WorkspaceError,
    hash_file,
    init_workspace,
    link_or_copy,
    open_workspace,
    write_atomically,
)

HOLDER = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from safeground.engine.workspace import open_workspace
    workspace = open_workspace(Path(sys.argv[1]))
    with workspace.exclusive():
        (workspace.staging / "half-written").mkdir()
        print("held", flush=True)
        time.sleep(60)
""")


@pytest.fixture
def workspace(tmp_path: Path):
    return init_workspace(tmp_path / "essex", partnership="essex")


def test_what_was_made_can_be_opened_again(workspace):
    assert open_workspace(workspace.root) == workspace
    assert init_workspace(workspace.root, partnership="essex") == workspace


def test_a_folder_that_is_no_workspace_is_refused_with_what_to_type(tmp_path):
    with pytest.raises(WorkspaceError, match=r"is not a workspace; make one with: safeground init"):
        open_workspace(tmp_path)
    with pytest.raises(WorkspaceError, match="does not exist"):
        open_workspace(tmp_path / "nowhere")


def test_a_folder_in_use_for_something_else_is_not_taken(tmp_path, workspace):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match="is not empty"):
        init_workspace(tmp_path / "letters", partnership="essex")
    with pytest.raises(WorkspaceError, match="already the workspace of 'essex'"):
        init_workspace(workspace.root, partnership="kent")


def test_a_workspace_of_another_schema_is_refused(workspace):
    (workspace.root / "workspace.yaml").write_text("schema: 99\npartnership: essex\n")
    with pytest.raises(WorkspaceError, match="another version"):
        open_workspace(workspace.root)
    (workspace.root / "workspace.yaml").write_text("[")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        open_workspace(workspace.root)


def test_a_second_process_gets_one_sentence_and_a_killed_one_leaves_no_lock(workspace):
    child = subprocess.Popen([sys.executable, "-c", HOLDER, str(workspace.root)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline() == "held\n"
        with (
            pytest.raises(WorkspaceBusy, match=f"process {child.pid}.*wait until it has finished"),
            workspace.exclusive(),
        ):
            pass
        assert (workspace.staging / "half-written").exists()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        with workspace.exclusive():
            assert list(workspace.staging.iterdir()) == []
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_the_lock_may_be_taken_again_inside_and_not_by_another_thread(workspace):
    refused = []

    def elsewhere():
        try:
            with workspace.exclusive():
                pass
        except WorkspaceBusy as error:
            refused.append(error)

    with workspace.exclusive():
        kept = workspace.stage_folder("kept-")
        with workspace.exclusive():
            assert kept.exists()
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert len(refused) == 1
    with workspace.exclusive():
        assert not kept.exists()


def test_a_generation_is_seen_only_when_swapped_in_and_two_are_kept(workspace):
    generations = workspace.warehouse
    assert generations.current is None and generations.all == ()
    for number in range(1, 4):
        written = generations.new_generation()
        (written / "events").write_text(str(number))
        final = generations.swap_in(written)
        assert generations.current == final and (final / "events").read_text() == str(number)
    assert [path.name for path in generations.all] == ["000001", "000002", "000003"]
    assert [path.name for path in generations.sweep()] == ["000001"]
    assert generations.get("000003") == generations.current
    with pytest.raises(WorkspaceError, match=r"holds no '\.\./landed'"):
        generations.get("../landed")


def test_a_finished_generation_is_never_overwritten(workspace):
    editions: Generations = workspace.editions
    editions.swap_in(editions.new_generation(), name="2025-06")
    with pytest.raises(WorkspaceError, match="never changed"):
        editions.swap_in(editions.new_generation(), name="2025-06")


def test_a_pointer_to_a_lost_generation_says_build_again(workspace):
    final = workspace.warehouse.swap_in(workspace.warehouse.new_generation())
    final.rmdir()
    with pytest.raises(WorkspaceError, match="build again"):
        _ = workspace.warehouse.current


def test_writing_replaces_the_whole_file_and_leaves_nothing_beside_it(workspace):
    path = workspace.root / "notes" / "a.json"
    write_atomically(path, "old")
    workspace.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.json"]
    assert hash_file(path) == "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"


def test_a_second_name_is_given_by_copying_where_the_disk_has_no_links(workspace, monkeypatch):
    source = workspace.root / "part"
    source.write_text("rows")
    link_or_copy(source, workspace.root / "a" / "part")
    assert (workspace.root / "a" / "part").stat().st_ino == source.stat().st_ino

    def no_links(*_args):
        raise OSError("not supported")

    monkeypatch.setattr(os, "link", no_links)
    link_or_copy(source, workspace.root / "b" / "part")
    assert (workspace.root / "b" / "part").read_text() == "rows"
    assert (workspace.root / "b" / "part").stat().st_ino != source.stat().st_ino
