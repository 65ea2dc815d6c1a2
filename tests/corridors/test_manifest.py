"""Manifests and the folder that they close."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridors.errors import InputMissingError, OutputError
from corridors.manifest import make_manifest, manifest_bytes, sha256_of, verify_manifest
from corridors.report.outputs import write_files, writing_outputs

FILES = {"result.json": b"{}\n", "metrics.csv": b"scenario\n"}


def manifest(*, seconds: float = 1.0, seed: int = 0) -> dict[str, Any]:
    return make_manifest(
        inputs={"scenarios/baseline.yaml": b"id: baseline\n", "network": "0" * 64},
        outputs=FILES,
        seed=seed,
        solver={"name": "GLOP"},
        parameters={"set": []},
        wall_times_s={"solve": seconds},
    )


def written(folder: Path) -> Path:
    write_files(folder, {**FILES, "manifest.json": manifest_bytes(manifest())})
    return folder


def test_wall_times_stand_outside_the_hash() -> None:
    quick, slow = manifest(seconds=1), manifest(seconds=2)
    assert quick != slow
    assert quick["hashed"] == slow["hashed"]
    assert quick["sha256"] == slow["sha256"]
    assert manifest(seed=1)["sha256"] != quick["sha256"]


def test_the_same_inputs_give_the_same_bytes() -> None:
    assert manifest_bytes(manifest()) == manifest_bytes(manifest())


def test_versions_and_hashes_are_listed() -> None:
    hashed = manifest()["hashed"]
    assert hashed["outputs"]["result.json"] == sha256_of(FILES["result.json"])
    assert hashed["inputs"]["network"] == "0" * 64
    assert hashed["packages"]["numpy"]


def test_a_folder_as_written_verifies(tmp_path: Path) -> None:
    assert verify_manifest(written(tmp_path / "out"))["sha256"] == manifest()["sha256"]


def test_every_changed_file_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path / "out")
    (folder / "result.json").write_bytes(b"{")
    (folder / "metrics.csv").unlink()
    with pytest.raises(InputMissingError, match=r"metrics\.csv(.|\n)*result\.json") as error:
        verify_manifest(folder)
    assert error.value.exit_code == 6


def test_an_edited_manifest_is_noticed(tmp_path: Path) -> None:
    folder = written(tmp_path / "out")
    edited = json.loads((folder / "manifest.json").read_text())
    edited["hashed"]["seed"] = 5
    (folder / "manifest.json").write_text(json.dumps(edited))
    with pytest.raises(InputMissingError, match="it was changed"):
        verify_manifest(folder)


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputMissingError, match="is not a manifest"):
        verify_manifest(tmp_path)
    with pytest.raises(InputMissingError, match="cannot be read"):
        verify_manifest(tmp_path / "none")


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputMissingError, match=r"none\.yaml"):
        sha256_of(tmp_path / "none.yaml")


def test_outputs_replace_those_of_an_earlier_run(tmp_path: Path) -> None:
    folder = written(tmp_path / "out")
    write_files(folder, {"manifest.json": b"{}"})
    assert [path.name for path in folder.iterdir()] == ["manifest.json"]


def test_a_folder_with_other_files_is_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(OutputError, match="other files") as error:
        write_files(tmp_path, FILES)
    assert error.value.exit_code == 3


def test_a_full_disk_leaves_the_earlier_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "out")

    def full(path: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_files(folder, FILES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    verify_manifest(folder)


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with writing_outputs(tmp_path / "out") as partial:
            (partial / "result.json").write_text("{")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
