import os
import shutil

import pytest

from voicedrill.core.errors import ModelError
from voicedrill.speech.models import check_model, describe_model, find_model, list_models


@pytest.fixture
def model(model_folder, tmp_path):
    """A copy that may be spoiled."""
    copy = tmp_path / "models" / "vosk-model-small-cn-9.9"
    shutil.copytree(model_folder, copy, copy_function=shutil.copyfile)
    for folder in (copy, *(p for p in copy.rglob("*") if p.is_dir())):
        folder.chmod(0o755)
    return copy


def fake(folder, size=10):
    """Looks like a model to whoever does not load it."""
    for name in ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLG.fst"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x" * size)
    return folder


def fault(call, *arguments):
    with pytest.raises(ModelError) as caught:
        call(*arguments)
    for language in ("zh", "en"):
        assert "\n" not in caught.value.to(language)
    return caught.value.to("en")


# ------------------------------------------------------------ describing


def test_description(model):
    info = describe_model(model)
    assert info.name == "vosk-model-small-cn-9.9"
    assert info.path == model
    assert not info.is_demo
    assert info.size_bytes == sum(p.stat().st_size for p in model.rglob("*") if p.is_file())
    assert info.label == f"vosk-model-small-cn-9.9@{info.digest}"
    assert len(info.digest) == 8


def test_the_digest_follows_the_content(model, tmp_path):
    before = describe_model(model).digest
    shutil.copytree(model, tmp_path / "copy")
    assert describe_model(tmp_path / "copy").digest == before
    with (model / "am" / "final.mdl").open("r+b") as file:
        file.seek(1000)
        file.write(b"!")
    assert describe_model(model).digest != before


def test_a_demo_model_is_known_by_its_name(tmp_path):
    assert describe_model(fake(tmp_path / "voicedrill-demo-cn")).is_demo


def test_a_model_one_folder_deeper(tmp_path):
    """As some zip programs unpack it."""
    inner = fake(tmp_path / "vosk-model-cn-0.22" / "vosk-model-cn-0.22")
    assert describe_model(inner.parent).path == inner


def test_missing(tmp_path):
    assert "does not exist" in fault(describe_model, tmp_path / "none")


def test_a_zip_is_not_a_folder(tmp_path):
    (tmp_path / "model.zip").touch()
    assert "model install" in fault(describe_model, tmp_path / "model.zip")


@pytest.mark.parametrize("name", ["am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst",
                                  "graph/Gr.fst", "graph/disambig_tid.int"])
@pytest.mark.parametrize("how", ["removed", "emptied"])
def test_incomplete(model, name, how):
    (model / name).unlink()
    if how == "emptied":
        (model / name).touch()
    assert f"{name} is missing" in fault(describe_model, model)


# ------------------------------------------------------------ checking


def test_a_good_model_passes_and_is_remembered(model, tmp_path):
    check_model(describe_model(model), tmp_path / "verified")
    marks = list((tmp_path / "verified").iterdir())
    assert len(marks) == 1
    # Remembered: the copy below can't be loaded, and is not, since nothing about its files has changed.
    info = describe_model(model)
    times = {p: p.stat().st_mtime_ns for p in model.rglob("*")}
    grammar = model / "graph" / "Gr.fst"
    grammar.write_bytes(b"\0" * grammar.stat().st_size)
    os.utime(grammar, ns=(times[grammar], times[grammar]))
    check_model(info, tmp_path / "verified")
    os.utime(grammar)
    assert "is damaged" in fault(check_model, info, tmp_path / "verified")
    assert list((tmp_path / "verified").iterdir()) == marks


def test_a_folder_that_cannot_remember(model, tmp_path):
    (tmp_path / "file").touch()
    check_model(describe_model(model), tmp_path / "file" / "verified")


@pytest.mark.parametrize("name", ["am/final.mdl", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst",
                                  "graph/disambig_tid.int"])
def test_damaged(model, name, capfd):
    """A truncated disambig_tid.int makes Vosk crash its process: not ours."""
    with (model / name).open("r+b") as file:
        file.truncate((model / name).stat().st_size // 2)
    assert "is damaged" in fault(check_model, describe_model(model))
    assert capfd.readouterr().err == ""


def test_not_a_model_at_all(tmp_path):
    assert "is damaged" in fault(check_model, describe_model(fake(tmp_path / "model")))


def test_another_language(model):
    """The same model with an English vocabulary: to Vosk it is a sound English model."""
    words = model / "graph" / "words.txt"
    lines = words.read_text(encoding="utf-8").splitlines()
    words.write_text("".join(f"word{n}x {line.split()[1]}\n" if ord(line[0]) > 127 else line + "\n"
                             for n, line in enumerate(lines)), encoding="utf-8")
    assert "is not a Mandarin model" in fault(check_model, describe_model(model))


# ------------------------------------------------------------ finding


@pytest.fixture
def folders(tmp_path):
    user, cache, built_in, none = (tmp_path / name for name in ("user", "vosk", "built-in", "none"))
    fake(built_in / "voicedrill-demo-cn")
    fake(cache / "vosk-model-small-en-us-0.15", 9999)
    fake(cache / "vosk-model-small-cn-0.22")
    (user / "vosk-model-cn-broken").mkdir(parents=True)
    return [none, user, cache, built_in]


def test_the_order_of_models(folders):
    assert [m.name for m in list_models(folders)] == ["vosk-model-small-cn-0.22", "voicedrill-demo-cn"]
    fake(folders[1] / "my-own")
    fake(folders[1] / "vosk-model-cn-0.22", 5000)
    names = ["vosk-model-cn-0.22", "my-own", "vosk-model-small-cn-0.22", "voicedrill-demo-cn"]
    assert [m.name for m in list_models(folders)] == names
    assert find_model(None, None, folders).name == names[0]
    assert find_model(None, "", folders).name == names[0]


def test_the_demo_model_comes_last(folders):
    assert find_model(None, None, folders[::-1]).name == "vosk-model-small-cn-0.22"
    assert find_model(None, None, folders[3:]).is_demo


def test_asked_for(folders, tmp_path):
    mine = fake(tmp_path / "elsewhere")
    assert find_model(mine, "vosk-model-small-cn-0.22", folders).path == mine
    assert find_model(None, str(mine), folders).path == mine
    assert find_model("voicedrill-demo-cn", None, folders).path == folders[3] / "voicedrill-demo-cn"
    # Even a foreign one: the check will say why not.
    assert find_model(None, "vosk-model-small-en-us-0.15", folders).path.parent == folders[2]


def test_asked_for_and_missing_is_an_error_though_others_are_there(folders):
    assert "no-such-model does not exist" in fault(find_model, "no-such-model", None, folders)
    assert "no-such-model does not exist" in fault(find_model, None, "no-such-model", folders)


def test_none_at_all(tmp_path):
    assert "model install" in fault(find_model, None, None, [tmp_path])
