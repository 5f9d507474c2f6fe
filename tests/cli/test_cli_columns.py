"""Tables with words, days and holes, from training to prediction, at the command line."""

from __future__ import annotations

import csv
import datetime
import re
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import read_table

FLATS = ["size", "district", "lift", "built", "price"]
DISTRICTS = {"north": 0.0, "river": 60_000.0, "old town": 30_000.0, "": 15_000.0}
FIRST = datetime.date(1950, 1, 1)
TRAINING = ["train", "flats.csv", "--quiet", "--out", "flats.safetensors"]


def flats(count: int = 400) -> list[list[str]]:
    """Rows of a table: the price is 3,000 a square metre, more at the river, less for old houses, and some noise."""
    rng, rows = np.random.default_rng(0), []
    for _ in range(count):
        size, district = int(rng.integers(30, 150)), str(rng.choice(list(DISTRICTS), p=[0.3, 0.3, 0.3, 0.1]))
        lift, days = bool(rng.random() < 0.5), int(rng.integers(0, 25_000))
        price = 3_000 * size + DISTRICTS[district] + 20_000 * lift + 2 * days + rng.normal(0, 5_000)
        shown = "" if rng.random() < 0.03 else str(size)
        built = f"{FIRST + datetime.timedelta(days):%d.%m.%Y}"
        rows.append([shown, district, "yes" if lift else "no", built, f"{price:.0f}"])
    return rows


@pytest.fixture
def table(folder: Path) -> list[list[str]]:
    """flats.csv, in the working directory; gives its rows."""
    rows = flats()
    with open(folder / "flats.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([FLATS, *rows])
    return rows


@pytest.fixture
def model(chainrule, table):
    """A network for flats, trained with nothing but its table."""
    result = chainrule(*TRAINING)
    assert (result.code, result.err) == (0, "")
    return result.out


def test_a_good_model_and_an_honest_report(model):
    assert re.search(r"\n80 samples +model +baseline\n  R² +0\.9\d+ +-?0\S*\n", model)
    assert re.search(
        r"\nsize +number +30 … 149 +\d+ +feature, what is missing is filled in and told by a column\n", model
    )
    assert re.search(r"\nbuilt +date +\d+ different, such as [\d.]+ +feature, days since 1970\n", model)


def test_what_is_decided_is_decided_on_the_training_part(chainrule, model, table):
    train, _ = cr.data.split(np.arange(len(table))[:, None], np.arange(len(table)), 0.2)
    rows = [table[int(i)] for i in train[1]]
    sizes = [float(row[0]) for row in rows if row[0]]
    filled = [float(row[0]) if row[0] else float(np.median(sizes)) for row in rows]
    columns = {column.name: column for column in cr.load("flats.safetensors").layers[0].columns}
    assert columns["size"].fill == np.median(sizes)
    np.testing.assert_allclose(
        (columns["size"].center, columns["size"].scale), (np.mean(filled), np.std(filled))
    )
    days = [
        (datetime.datetime.strptime(row[3], "%d.%m.%Y") - datetime.datetime(1970, 1, 1)).days for row in rows
    ]
    np.testing.assert_allclose(
        (columns["built"].center, columns["built"].scale), (np.mean(days), np.std(days))
    )
    info = chainrule("info", "flats.safetensors").out
    assert "\n    district: category: north, old town, river; one column for what is missing\n" in info
    assert "\n    lift: no or yes\n" in info
    assert f"\n    size: number, center {np.mean(filled):.6g}, scale {np.std(filled):.6g}; " in info


def shown(chainrule, *words):
    """A page, its lines unfolded."""
    result = chainrule("explain", "flats.safetensors", *words)
    assert result.code == 0
    return " ".join(result.out.split()), result.err


def test_the_page_tells_the_row_as_it_stood(chainrule, model, table):
    row = next(i for i, cells in enumerate(table) if not cells[0])
    _, district, lift, built, price = table[row]
    day = datetime.datetime.strptime(built, "%d.%m.%Y").date()
    page, said = shown(chainrule, "--data", "flats.csv", "--sample", str(row))
    assert (
        f" In the table: size missing; district {district or 'missing'}; lift {lift}; built {day}. " in page
    )
    assert said == f"sample {row} of flats.csv: price {price}\n"
    asked = chainrule("predict", "flats.safetensors", "flats.csv").out.splitlines()[row + 1]
    assert predicted(page) == pytest.approx(float(asked.split(",")[1]), rel=1e-6)


def predicted(page):
    """What a page ends in, in the unit of the target."""
    line = (
        r" ŷ = a2 ⊙ y_scale \+ y_center = .*? [=≈] (\S+) This is the prediction, in the unit of the targets"
    )
    found = re.search(line, page)
    assert found is not None
    return float(found[1])


def test_new_tables_and_values(chainrule, model, folder):
    """Columns in another order, beside others, without the target; and a value that no one has seen."""
    (folder / "new.csv").write_text(
        "note,built,lift,district,size\nfine,2000-01-01,no,river,100\n,01.01.2000,no,harbour,\n"
    )
    out = chainrule("predict", "flats.safetensors", "new.csv")
    assert (out.code, out.err) == (0, "new.csv: district: 1 of 2 values was not there in training\n")
    prices = [float(line.split(",")[1]) for line in out.out.splitlines()[1:]]
    assert prices[0] == pytest.approx(3_000 * 100 + 60_000 + 2 * 18_262, rel=0.05)
    assert predicted(shown(chainrule, "--x", "100,river,no,2000-01-01")[0]) == pytest.approx(
        prices[0], rel=1e-6
    )
    two, _ = shown(chainrule, "--x", "?,harbour,no,2000-01-01")
    assert "In the table: size missing; district another value; lift no; built 2000-01-01." in two


def test_evaluate_and_why_read_it_likewise(chainrule, model, table):
    result = chainrule("evaluate", "flats.safetensors", "flats.csv")
    assert result.out.startswith("400 samples    model  baseline\n  R²            0.9")
    for words in (["why", "flats.safetensors", "yhat"], ["explain", "flats.safetensors", "x"]):
        assert chainrule(*words, "--data", "flats.csv", "--sample", "3").code == 0
    checked = ["check", "flats.safetensors", "--data", "flats.csv", "--sample", "3", "--by-hand"]
    columns = cr.load("flats.safetensors").layers[0].columns
    size = (float(table[3][0]) - columns[0].center) / columns[0].scale
    assert chainrule(*checked, f"x=[{size:.9f},0,0,0,0,0,0,0]").code == 1


def test_columns_are_what_is_said_of_them(chainrule, folder):
    lines = "".join(f"{i % 3},{'n.a.' if i % 5 == 0 else i / 4},{'ab'[i % 2]}\n" for i in range(60))
    (folder / "codes.csv").write_text(f"code,size,kind\n{lines}")
    words = ["train", "codes.csv", "--quiet", "--epochs", "2", "--out", "m.safetensors"]
    result = chainrule(*words, "--categorical", "code", "--numeric", "size")
    assert (result.code, result.err) == (0, "")
    assert re.search(r"\ncode +number +0 … 2 +feature, a column for each value\n", result.out)
    columns = cr.load("m.safetensors").layers[0].columns
    assert [(column.kind, column.name) for column in columns] == [("category", "code"), ("number", "size")]
    assert columns[0].values == ("0", "1", "2")
    assert chainrule("predict", "m.safetensors", "codes.csv").code == 0  # it knows that n.a. is missing there
    assert chainrule("evaluate", "m.safetensors", "codes.csv").code == 0


def test_a_comparison_reads_it_likewise(chainrule, table):
    result = chainrule(
        "compare", "--data", "flats.csv", "--optimizers", "adam,sgd", "--quiet", "--epochs", "5"
    )
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(
        "flats.csv: 320 samples, 80 for validation, 4 features, regression of price\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--no-standardize"],
            "--no-standardize: columns that are no plain numbers are prepared, which scales all: leave it out, or "
            "leave those columns out with --ignore.",
        ),
        (
            ["--numeric", "size", "--categorical", "lift,size"],
            "there is --numeric size, and --categorical size: give one of them.",
        ),
        (
            ["--categorical", "distrikt"],
            "there is no column 'distrikt'. Did you mean 'district'? There is: size, district, lift, built, price. "
            "These are the columns of flats.csv.",
        ),
        (
            ["--numeric", "price"],
            "--numeric price: that is the target, which is not prepared.",
        ),
        (
            ["--numeric", "lift", "--ignore", "lift"],
            "--numeric lift: that is no feature. Leave it out.",
        ),
        (
            ["--numeric", "district"],
            "flats.csv, column 'district': no value of it is a number.",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_prepared_so(refused, folder, table, words, message):
    assert refused(*TRAINING, *words) == message
    assert not (folder / "flats.safetensors").exists()


@pytest.mark.parametrize("data", ["moons", "digits"])
def test_what_is_no_table_has_no_columns_to_tell(refused, data):
    said = refused("train", data, "--numeric", "x0")
    assert said.startswith("--numeric goes with tables alone, not with ")


def test_numbers_given_by_hand(refused, model):
    ask = ["explain", "flats.safetensors", "--x"]
    assert refused(*ask, "100,river,no") == (
        "--x 100,river,no gives 3, and the network takes 4: size, district, lift, built."
    )
    assert refused(*ask, "100,river,no,3/4/2000") == (
        "--x: built '3/4/2000' could be two days: write it as 2020-01-31."
    )
    assert refused(*ask, "100,river,no,2000") == "--x: built '2000' is no day: write it as 2020-01-31."
    assert refused(*ask, "ten,river,no,2000-01-01") == (
        "--x 'ten': it is numbers with commas between them, such as 1,2."
    )


def test_the_page_says_what_it_does_not_show(refused, model):
    assert refused("play", "flats.safetensors", "--data", "flats.csv", "--no-browser") == (
        "the page shows samples that are numbers, and this network reads the columns of a table: explain, why and "
        "check tell its steps."
    )


def test_the_library_reads_what_the_command_line_reads(model):
    data = read_table("flats.csv", cells=True)
    net = cr.load("flats.safetensors")
    assert net.predict(data.train[0]).shape == (400, 1)


def test_numbers_in_place_of_a_table_are_refused(chainrule, refused, model, folder):
    np.save("flats.npy", np.zeros((3, 5)))
    np.savez("flats.npz", X=np.zeros((3, 4)), y=np.zeros(3))
    for words in (["predict", "flats.safetensors", "flats.npy"], ["predict", "flats.safetensors", "flats.npz"],
                  ["evaluate", "flats.safetensors", "flats.npz"]):  # fmt: skip
        assert refused(*words) == (
            f"{words[-1]} holds numbers, and the model takes district, lift, built as a table has them: give a table, "
            "such as a .csv or a .parquet."
        )


def test_values_that_are_new_are_told(chainrule, model, table):
    for name, change in (("same", str), ("loud", str.upper)):
        rows = [[size, change(district), *rest] for size, district, *rest in table[:20]]
        with open(f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([FLATS, *rows])
    same = chainrule("predict", "flats.safetensors", "same.csv")
    assert (same.code, same.err) == (0, "")
    loud, count = (
        chainrule("predict", "flats.safetensors", "loud.csv"),
        sum(row[1] != "" for row in table[:20]),
    )
    assert loud.err == (f"loud.csv: district: {count} of 20 values were not there in training\n")


def test_an_exported_file_says_how_its_cells_are_written(chainrule, model):
    for kind in ("c", "sql", "js", "numpy"):
        told = chainrule("export", "flats.safetensors", "--to", kind)
        assert told.code == 0
        head = " ".join(told.out.split())
        assert "as Columns.encode gives them" in head
        assert "district: 0 for north, 1 for old town, 2 for river, 3 for another value" in head
        assert "lift: 0 for no, 1 for yes" in head
        assert "built: days since 1970-01-01" in head
