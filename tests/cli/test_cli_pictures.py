"""The pictures that a training saves."""

from __future__ import annotations


def size(path):
    """Width and height of a PNG file."""
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert content[-8:-4] == b"IEND"
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def test_pictures(chainrule, folder):
    result = chainrule("train", "moons", "--hidden", "8", "--epochs", "3", "--plots", "a/b", "--quiet")
    assert result.code == 0
    sizes = {"network": (1350, 900), "curves": (1050, 675), "boundary": (900, 750)}
    assert [line for line in result.out.splitlines() if line.startswith("picture: ")] == [
        f"picture: a/b/{name}.png" for name in sizes
    ]
    for name, expected in sizes.items():
        path = folder / "a" / "b" / f"{name}.png"
        assert size(path) == expected
        assert path.stat().st_size > 10_000
    assert len(list((folder / "a" / "b").iterdir())) == 3


def test_pictures_of_images_and_of_a_regression(chainrule, folder):
    result = chainrule("train", "digits", "--epochs", "1", "--plots", "images")
    assert size(folder / "images" / "digits.png") == (1050, 1050)
    assert result.out.endswith("picture: images/digits.png\n")
    chainrule("train", "diabetes.csv", "--standardize", "--epochs", "2", "--plots", "numbers")
    assert {path.name for path in (folder / "numbers").iterdir()} == {"network.png", "curves.png"}
