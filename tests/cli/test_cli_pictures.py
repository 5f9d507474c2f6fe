"""The pictures that a training saves."""

from __future__ import annotations

import pytest


def size(path):
    """Width and height of a PNG file."""
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert content[-8:-4] == b"IEND"
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def test_pictures(chainrule, folder):
    result = chainrule("train", "moons", "--hidden", "8", "--epochs", "3", "--plots", "a/b", "--quiet")
    assert result.code == 0
    sizes = {"curves": (1280, 840), "boundary": (1200, 1040)}
    assert [line for line in result.out.splitlines() if line.startswith("picture: ")] == [
        f"picture: a/b/{name}.png" for name in ("network", *sizes)
    ]
    for name, expected in sizes.items():
        path = folder / "a" / "b" / f"{name}.png"
        assert size(path) == expected
        assert path.stat().st_size > 10_000
    width, height = size(folder / "a" / "b" / "network.png")
    assert width / height > 1.2  # it fills a slide, at 200 dots an inch
    assert height <= 7.5 * 200
    assert width <= 13.33 * 200
    assert len(list((folder / "a" / "b").iterdir())) == 3


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_pictures_of_other_kinds(chainrule, folder, kind):
    words = ["--epochs", "1", "--quiet", "--plots", "a", "--plots-format", kind]
    assert chainrule("train", "moons", *words).code == 0
    assert {path.name for path in (folder / "a").iterdir()} == {
        f"{name}.{kind}" for name in ("network", "curves", "boundary")
    }
    result = chainrule("evaluate", "model.safetensors", "iris.csv", "--plots", "b", "--plots-format", kind)
    assert result.err.endswith(f"picture: b/confusion.{kind}\npicture: b/calibration.{kind}\n")


def test_a_kind_that_is_none_is_refused_before_the_training(refused):
    message = "there is no kind of picture 'jpg'. Did you mean 'png'? There is: png, svg, pdf."
    assert refused("train", "moons", "--plots", "a", "--plots-format", "jpg") == message
    words = ["evaluate", "model.safetensors", "iris.csv", "--plots", "a", "--plots-format", "jpg"]
    assert refused(*words) == message


def test_pictures_of_images_and_of_a_regression(chainrule, folder):
    result = chainrule("train", "digits", "--epochs", "1", "--plots", "images")
    width, height = size(folder / "images" / "digits.png")
    assert 700 < width < 1050
    assert 800 < height <= 7.5 * 200
    assert result.out.endswith("picture: images/digits.png\n")
    chainrule("train", "diabetes.csv", "--standardize", "--epochs", "2", "--plots", "numbers")
    assert {path.name for path in (folder / "numbers").iterdir()} == {"network.png", "curves.png"}
