"""Documents of strangers: answers to be graded, exercises, options of a training, checkpoints, models of Keras."""

from __future__ import annotations

import io
import json
import random
import shutil
import warnings
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.exercise import Options
from chainrule.cli.grade import _written as exercise_of
from chainrule.cli.runner import run
from chainrule.errors import ChainruleError, CheckpointWarning
from chainrule.files.safetensors import checksum, read_tensors, tensors
from chainrule.training.checkpoints.content import KEY
from strangers.attack import withstood
from strangers.mutations import mutated, mutated_document, mutated_text, plain

X, Y = np.random.default_rng(0).normal(size=(12, 2)), np.arange(12) % 2


def either(chance: random.Random, document: Any) -> bytes:
    """A document hurt by its values, its words or its bytes."""
    how = chance.random()
    if how < 0.6:
        return json.dumps(mutated_document(chance, document)).encode()
    text = json.dumps(document)
    return (
        mutated_text(chance, text).encode("utf-8", "surrogatepass")
        if how < 0.8
        else mutated(chance, text.encode())
    )


# --- answers and exercises ------------------------------------------------------------------------------------

ANSWERS: tuple[Any, ...] = (
    {"dz1[0, 0]": "0", "dz1[0, 1]": "1.37", "dz1[0, 2]": "0.857"},
    {"name": "Ada", "sheet": 1, "answers": {"dz1": [[0, 1.37, 0.857]], "L": "1,9"}},
    [{"name": "Ada", "dz1": [0, "1,37", None], "L": 1.94}, {"name": "Ben", "L": "194 %", "dz1_0_1": "1/4"}],
    {"Ada": {"L": "≈ 1.94"}, "Ben": {"dz1": [None, "1.37", 0.857], "dz1[0, 0]": 0}},
)  # fmt: skip
CLASSES = (
    'name,"dz1[0, 0]","dz1[0, 1]",L\nAda,0,1.37,1.9\nBen,0,"1,37",\n',
    "Timestamp;Full name;Question 1: dz1[0,0];dz1_0_1;DZ1 [0, 2];L\n1;Ada;0;1,37;0,857;1,9\n2;=c|x;0,0;1,370;;1.9e0\n",
    "Learner\tsheet\tdz1_0_0\tL\nAda\t1\t1.37\t0.857\n\t\t\t\nBen\t1\t1.3711\t-\n",
)


@pytest.fixture(scope="module")
def exercise() -> cr.Exercise:
    net = cr.worked_example()
    return net.trace(net.x, net.y).exercise(["dz1", "L"])


def test_answers(exercise: cr.Exercise, tmp_path: Path) -> None:
    def case(chance: random.Random) -> None:
        if chance.random() < 0.6:
            path, content = tmp_path / "answers.json", either(chance, chance.choice(ANSWERS))
        else:
            text = chance.choice(CLASSES)
            encoded = text.encode(chance.choice(("utf-8", "utf-16")))
            words = mutated_text(chance, text).encode("utf-8", "surrogatepass")
            path, content = tmp_path / "class.csv", chance.choice((mutated(chance, encoded), words))
        path.write_bytes(content)
        graded(exercise.grade(path, carry=chance.choice(("best", "never"))))

    withstood(case)


def test_answers_in_python(exercise: cr.Exercise) -> None:
    def case(chance: random.Random) -> None:
        graded(exercise.grade(mutated_document(chance, chance.choice(ANSWERS)), points={"dz1": 2.0}))

    withstood(case)


def graded(grades: Any) -> None:
    assert isinstance(grades.to_text(), str)
    assert isinstance(grades.to_csv(), str)
    json.dumps([grades.to_dict(), grades.to_otter()])


def test_exercises(tmp_path: Path) -> None:
    written = []
    for options in (
        ("--blanks", "dz1"),
        ("--blanks", "dW1,L", "--batch", "2", "--series", "2", "--digits", "4"),
    ):
        with redirect_stderr(io.StringIO()):
            assert run(["exercise", *options, "--out", str(tmp_path / "key.json")]) == 0
        written.append(json.loads((tmp_path / "key.json").read_text(encoding="utf-8")))

    def case(chance: random.Random) -> None:
        document = chance.choice(written)
        if chance.random() < 0.5:
            options = mutated_document(chance, {name: document["options"].get(name, plain(chance)) for name in
                                                chance.sample(sorted(Options.__dataclass_fields__), 3)})  # fmt: skip
            document = {**document, "options": options}
        (path := tmp_path / "strange.json").write_bytes(either(chance, document))
        exercise_of(str(path), Options())

    withstood(case)


# --- options of a training --------------------------------------------------------------------------------------

TABLE = "a,b,c,kind\n" + "".join(
    f"{n % 7},{n % 5}.5,{'pqr'[n % 3]},{'no' if n % 2 else 'yes'}\n" for n in range(30)
)
CONFIG = """# repeats this training
data = "t.csv"
target = "kind"
ignore = ["c"]
hidden = "4"
optimizer = "adam"
lr = 0.01
batch-size = 20
validation = 0.2
schedule = "cosine"
seed = 3
dropout = 0.1
label-smoothing = 0.1
clip = 1.0
l2 = 0.001
batch-norm = true
warmup = 2
class-weight = "balanced"
patience = 3
dtype = "float32"
engine = "numpy"
standardize = true
"""


def test_options_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it says, the command ends as it does for a user: never as a bug."""
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE)
    names = [line.partition(" ")[0] for line in CONFIG.splitlines()[1:]] + [
        "threads",
        "seeds",
        "last",
        "group",
        "from",
    ]
    short = ["--epochs", "1", "--quiet"]

    def case(chance: random.Random) -> None:
        lines = CONFIG.splitlines()
        for _ in range(chance.choice((0, 1, 3))):
            lines.append(f"{chance.choice(names)} = {toml(plain(chance))}")
            lines.pop(chance.randrange(len(lines) - 1))
        text = "\n".join(lines)
        content = text.encode("utf-8", "surrogatepass")
        if chance.random() < 0.5:
            words = mutated_text(chance, text).encode("utf-8", "surrogatepass")
            content = chance.choice((mutated(chance, content), words))
        Path("strange.toml").write_bytes(content)
        said = io.StringIO()
        with redirect_stdout(io.StringIO()), redirect_stderr(said):
            code = run(["train", "--config", "strange.toml", *short])
        assert code in (0, 2), said.getvalue()
        if code:
            raise ChainruleError(said.getvalue())

    withstood(case)


def toml(value: Any) -> str:
    return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf").replace("null", "none")


# --- checkpoints ------------------------------------------------------------------------------------------------


def trained(folder: Path, resume: bool = False) -> cr.History:
    net = cr.Network(
        [cr.Dense(2, 3), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.2), cr.Dense(3, 2), cr.Softmax()], seed=0
    )
    return net.fit(
        X, Y, epochs=3, batch_size=4, optimizer=cr.Adam(cr.StepDecay(0.01, 2)), progress=False, checkpoint=folder,
        resume=resume, engine="numpy", callbacks=[cr.EarlyStopping(patience=5)], validation_data=(X, Y),
    )  # fmt: skip


def test_checkpoints(tmp_path: Path) -> None:
    trained(tmp_path / "plain")
    (file, *_) = sorted((tmp_path / "plain").glob("step-*"))
    texts, arrays = read_tensors(file, "", KEY)
    document = json.loads(texts[KEY])

    def case(chance: random.Random) -> None:
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        (tmp_path / "run").mkdir()
        held = dict(arrays)
        if (how := chance.random()) < 0.2:
            content = mutated(chance, file.read_bytes())
        else:
            text = either(chance, document).decode("utf-8", "replace") if how < 0.8 else texts[KEY]
            if how > 0.7:
                held[chance.choice(sorted(held))] = chance.choice(
                    (
                        np.zeros(3),
                        np.zeros((0, 2)),
                        np.ones((2, 2), np.float32),
                        np.full(4, np.nan),
                        np.array(1),
                    )
                )
            content = tensors({KEY: text, "sha256": checksum(text, held)}, held)
        (tmp_path / "run" / file.name).write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CheckpointWarning)
            trained(tmp_path / "run", resume=True)

    withstood(case)


# --- models of Keras --------------------------------------------------------------------------------------------


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": kind, "registered_name": None,
            "config": {"trainable": True, "dtype": "float32", **config}}  # fmt: skip


def dense(name: str, units: int, activation: str) -> dict[str, Any]:
    return layer(
        "Dense", name=name, units=units, activation=activation, use_bias=True, kernel_regularizer=None
    )


LAYERS = [
    layer("InputLayer", name="input", batch_shape=[None, 5]),
    layer("Normalization", name="scaled", axis=[-1], invert=False, mean=None, variance=None),
    dense("first", 4, "relu"),
    layer("BatchNormalization", name="norm", axis=-1, momentum=0.9, epsilon=1e-3, center=True, scale=True),
    layer("Dropout", name="drop", rate=0.2, noise_shape=None),
    dense("second", 3, "softmax"),
]
MODEL = {"module": "keras", "class_name": "Sequential", "config": {"name": "net", "layers": LAYERS}}
NUMBERS = {
    "layers/normalization/vars": (np.zeros(5), np.ones(5), np.array(0)),
    "layers/dense/vars": (np.ones((5, 4)), np.zeros(4)),
    "layers/batch_normalization/vars": (np.ones(4), np.zeros(4), np.zeros(4), np.ones(4)),
    "layers/dense_1/vars": (np.ones((4, 3)), np.zeros(3)),
}


def hdf5() -> bytes:
    with h5py.File(file := io.BytesIO(), "w") as book:
        for path, arrays in NUMBERS.items():
            group = book.create_group(path)
            for number, array in enumerate(arrays):
                group.create_dataset(
                    str(number), data=array.astype("int64" if array.ndim == 0 else "float32")
                )
    return file.getvalue()


def keras_file(description: bytes, numbers: bytes) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", description)
        archive.writestr("model.weights.h5", numbers)
    return file.getvalue()


def test_models_of_keras(tmp_path: Path) -> None:
    path, plain_numbers, text = tmp_path / "strange.keras", hdf5(), json.dumps(MODEL).encode()
    path.write_bytes(keras_file(text, plain_numbers))
    assert cr.from_keras(path).parameters["W2"].shape == (4, 3)

    def case(chance: random.Random) -> None:
        how = chance.random()
        if how < 0.4:
            path.write_bytes(keras_file(either(chance, MODEL), plain_numbers))
        elif how < 0.8:
            path.write_bytes(keras_file(text, mutated(chance, plain_numbers)))
        else:
            path.write_bytes(mutated(chance, keras_file(text, plain_numbers)))
        cr.from_keras(path)

    withstood(case)


def test_states_of_pytorch() -> None:
    state = {"0.weight": np.ones((4, 5), np.float32), "0.bias": np.zeros(4, np.float32),
             "2.weight": np.ones((3, 4), np.float32), "2.bias": np.zeros(3, np.float32)}  # fmt: skip
    shapes = [(), (0,), (3,), (4, 5), (5, 4), (0, 4), (4, 0), (1, 1), (2, 2, 2), (1, 10**6)]

    def case(chance: random.Random) -> None:
        hurt: dict[Any, Any] = dict(state)
        for _ in range(chance.choice((1, 1, 2, 3))):
            name = chance.choice(sorted(hurt, key=str))
            how = chance.randrange(5)
            if how == 0:
                dtype = chance.choice(
                    ("float32", "float64", "int64", "bool", "object", "complex64", "float16", ">f4")
                )
                with np.errstate(all="ignore"):
                    hurt[name] = np.array(chance.choice((0.0, np.nan, 1e30))).astype(dtype) * np.ones(
                        chance.choice(shapes), dtype
                    )
            elif how == 1:
                hurt[name] = plain(chance)
            elif how == 2 and len(hurt) > 1:
                del hurt[name]
            elif how == 3:
                hurt[chance.choice(("", "weight", ".", "0.weight.", "a.b.c.weight", "0.running_mean", 3))] = (
                    hurt[name]
                )
            else:
                hurt = dict(chance.sample(sorted(hurt.items(), key=repr), len(hurt)))
        cr.from_torch(
            hurt, hidden=chance.choice(("relu", None, ["tanh"])), output=chance.choice(("softmax", None))
        )

    withstood(case)
