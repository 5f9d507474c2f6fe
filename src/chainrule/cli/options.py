"""The options of the commands, each declared once: a command's signature is their names and its defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from chainrule.cli import completing, config

MOST_STEPS, MOST_SEEDS = 1_000_000, 1000  # that somebody may want to wait for
SAMPLES = "a table (.csv, .parquet, .xlsx), an .npz, a folder of IDX files, mnist, digits, moons and the like"


def whole(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    """A parser of whole numbers of at least `minimum`, and, where there is one, at most `maximum`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise typer.BadParameter(
                f"{text!r} is no whole number: give one that is at least {minimum}."
            ) from None
        if value < minimum:
            raise typer.BadParameter(f"{value} is too small, it must be at least {minimum}.")
        if maximum is not None and value > maximum:
            raise typer.BadParameter(f"{value} is too large, it must be at most {maximum}.")
        return value

    return parse


def number(text: str) -> float:
    """A parser of numbers."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number.") from None


def _option(name: str, metavar: str, text: str, **settings: Any) -> Any:
    """An option whose default the help shows."""
    return typer.Option(name, metavar=metavar, help=text, **settings)


def _optional(name: str, metavar: str, text: str, **settings: Any) -> Any:
    """An option without a default to show: its help says what happens unless it is given."""
    return typer.Option(name, metavar=metavar, help=text, **{"show_default": False, **settings})


def _argument(metavar: str, text: str, **settings: Any) -> Any:
    return typer.Argument(metavar=metavar, help=text, show_default=False, **settings)


ACTIVATIONS, LOSSES, OPTIMIZERS = (completing.parts(kind) for kind in ("Activation", "Loss", "Optimizer"))


# --- arguments --------------------------------------------------------------------------------------------

Model = Annotated[str, _argument("MODEL", "A model's file, .safetensors or .onnx.")]
ModelOrExport = Annotated[
    str | None, _argument("FILE", "A model's file, or one that chainrule export wrote.")
]
AboutEngine = Annotated[
    bool,
    typer.Option(
        "--engine", help="What trains on this machine: its processor, and whether steps are compiled."
    ),
]
OptionalModel = Annotated[
    str | None, _argument("MODEL", "A model's file, .safetensors or .onnx; can be left out.")
]
Quantity = Annotated[str | None, _argument("QUANTITY", "One quantity, such as dW1; else all.")]
Entry = Annotated[
    list[str], _argument("NUMBER", "Such as dW1 0 1; before it a model's file, if there is one.")
]
TrainingData = Annotated[
    str,
    _argument(
        "DATA",
        "A table (.csv, .txt, .parquet, .xlsx, ...), an .npz, .npy or IDX file or a folder of those; mnist, digits; "
        "blobs, moons, circles, xor, spiral.",
        autocompletion=completing.samples,
    ),
]
Diagnosed = Annotated[
    str,
    _argument(
        "DATA|MODEL", "As for train, or a model's file with --data.", autocompletion=completing.samples
    ),
]
NewData = Annotated[str, _argument("DATA", f"Samples: {SAMPLES}.", autocompletion=completing.samples)]

# --- samples ----------------------------------------------------------------------------------------------

X = Annotated[
    str | None,
    _optional("--x", "NUMBERS", "Inputs of a sample of your own, such as 1,2; or of several: '1,2; 3,4'."),
]
Y = Annotated[str | None, _optional("--y", "LABEL", "Its label, or its target numbers.")]
Data = Annotated[
    str | None, _optional("--data", "DATA", f"Samples: {SAMPLES}.", autocompletion=completing.samples)
]
ComparedData = Annotated[
    str, _option("--data", "DATA", f"Samples: {SAMPLES}.", autocompletion=completing.samples)
]
Sample = Annotated[str | None, _optional("--sample", "ROWS", "Which of them: 3, or 0,1,2, or 0:4.")]
DataDir = Annotated[str | None, _optional("--data-dir", "FOLDER", "Where MNIST's files are.")]
Target = Annotated[
    str | None,
    _optional("--target", "COLUMN", "The column to predict, the last one unless given; several, as a,b."),
]
Id = Annotated[
    str | None,
    _optional(
        "--id", "COLUMN", "The column that names each row; unless given one called id, or the row's number."
    ),
]
Kind = Annotated[
    str | None,
    _optional(
        "--kind",
        "KIND",
        "classification or regression; seen from the target unless given.",
        autocompletion=completing.words("classification", "regression"),
    ),
]
Features = Annotated[
    str | None,
    _optional("--features", "COLUMNS", "The features, such as age,size; all but the target unless given."),
]
Ignore = Annotated[
    list[str] | None,
    _optional("--ignore", "COLUMNS", "Columns to leave out, such as id,note. Can be repeated."),
]
Numeric = Annotated[
    list[str] | None,
    _optional(
        "--numeric", "COLUMNS", "Columns of numbers, where all else counts as missing. Can be repeated."
    ),
]
Categorical = Annotated[
    list[str] | None,
    _optional(
        "--categorical", "COLUMNS", "Columns of categories, such as 1, 2, 3 for kinds. Can be repeated."
    ),
]
Delimiter = Annotated[
    str | None,
    _optional(
        "--delimiter",
        "MARK",
        "Of a table of text: what separates values: , or ; or tab or blanks; else found out.",
    ),
]
Decimal = Annotated[
    str | None,
    _optional("--decimal", "MARK", "What stands before its decimals: . or a comma; else found out."),
]
Encoding = Annotated[
    str | None, _optional("--encoding", "NAME", "Of its letters, such as utf-8 or latin-1; else found out.")
]
Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        help="Whether its first line names the columns; else found out.",
        show_default=False,
    ),
]
Validation = Annotated[
    float | None,
    _optional(
        "--validation",
        "PART",
        "Part of the samples to watch and to choose by; unless given 0.2, or the test samples where there are some "
        "and nothing is chosen by them.",
        parser=number,
    ),
]
Test = Annotated[
    float | None,
    _optional(
        "--test",
        "PART",
        "Part of the samples to test in the end, which nothing is chosen by; unless given 0.2 where something is.",
        parser=number,
    ),
]
Last = Annotated[
    float | None,
    _optional(
        "--last",
        "PART",
        "Hold out the last part of the samples, which stand in the order of time.",
        parser=number,
    ),
]
Group = Annotated[
    str | None,
    _optional(
        "--group",
        "COLUMN",
        "No feature, but what must not be parted when samples are held out: a patient, say.",
    ),
]
TriedThreshold = Annotated[
    str | None,
    _optional(
        "--threshold",
        "NUMBER",
        "Of two classes, say the second one above this output; unless given the model's.",
    ),
]
Threshold = Annotated[
    str | None,
    _optional(
        "--threshold",
        "NUMBER",
        "Of two classes, say the second one above this output; best: where its F1 is best on the validation.",
    ),
]

# --- the network ------------------------------------------------------------------------------------------

Layers = Annotated[
    str | None, _optional("--layers", "SIZES", "A fresh network of these sizes, such as 2,4,3.")
]
TrainingSizes = Annotated[
    str | None,
    _optional(
        "--hidden",
        "SIZES",
        "Units of the hidden layers, such as 128,64; unless given 32, for large tables 64,64.",
    ),
]
HiddenSizes = Annotated[str, _option("--hidden", "SIZES", "Units of the hidden layers, such as 128,64.")]
Activation = Annotated[
    str | None,
    _optional(
        "--activation",
        "NAME",
        "Of its hidden layers: relu (unless given), tanh, gelu, ...; an unknown one lists them all.",
        autocompletion=ACTIVATIONS,
    ),
]
ComparedActivation = Annotated[
    str | None,
    _optional("--activation", "NAME", "Of the hidden layers; relu unless given.", autocompletion=ACTIVATIONS),
]
Output = Annotated[
    str | None,
    _optional(
        "--output",
        "NAME",
        "Of its output: softmax (unless given), sigmoid, tanh, relu, identity.",
        autocompletion=ACTIVATIONS,
    ),
]
Loss = Annotated[
    str | None,
    _optional(
        "--loss",
        "NAME",
        "cross_entropy (unless given), mean_squared_error, half_squared_error.",
        autocompletion=LOSSES,
    ),
]
TrainingLoss = Annotated[
    str | None,
    _optional(
        "--loss",
        "NAME",
        "cross_entropy for classes, half_squared_error for numbers unless given; mean_squared_error.",
        autocompletion=LOSSES,
    ),
]
ComparedLoss = Annotated[
    str | None,
    _optional(
        "--loss",
        "NAME",
        "cross_entropy for classes, half_squared_error for numbers unless given.",
        autocompletion=LOSSES,
    ),
]
Standardized = Annotated[
    bool | None,
    typer.Option(
        "--standardize/--no-standardize",
        help="Scale each feature to mean 0 and standard deviation 1: so unless said otherwise for tables, and where "
        "the target is numbers.",
        show_default=False,
    ),
]
ScaleTarget = Annotated[
    bool | None,
    typer.Option(
        "--scale-target/--no-scale-target",
        help="Scale a target that is numbers for the loss, and predictions back: so unless said otherwise.",
        show_default=False,
    ),
]
Dtype = Annotated[
    str,
    _option("--dtype", "DTYPE", "float32 or float64.", autocompletion=completing.words("float32", "float64")),
]
Set = Annotated[
    list[str] | None,
    _optional("--set", "NAME=NUMBERS", "Parameters of your own: --set 'b2=[0.1,-0.1]'. Can be repeated."),
]

Freeze = Annotated[
    str | None, _optional("--freeze", "NAMES", "Parameters that are left as they are, such as W1,b1.")
]

# --- the training -----------------------------------------------------------------------------------------

Optimizer = Annotated[
    str, _option("--optimizer", "NAME", "Its name, such as sgd, momentum or adam.", autocompletion=OPTIMIZERS)
]
ComparedOptimizer = Annotated[
    str | None, _optional("--optimizer", "NAME", "Of all; adam unless given.", autocompletion=OPTIMIZERS)
]
LearningRate = Annotated[float | None, _optional("--lr", "NUMBER", "Learning rate.", parser=number)]
ComparedLearningRate = Annotated[
    float | None,
    _optional("--lr", "NUMBER", "Learning rate of all; unless given, each optimizer's own.", parser=number),
]
Step = Annotated[
    int,
    _option(
        "--step",
        "N",
        "Which step of a training on these samples, all in each step.",
        parser=whole(1, MOST_STEPS),
    ),
]
SavedEpochs = Annotated[
    int,
    _option("--epochs", "N", "With --save: how often the samples are gone through before.", parser=whole(0)),
]
Epochs = Annotated[int, _option("--epochs", "N", "How often to go through the samples.", parser=whole(1))]
TrainingEpochs = Annotated[
    int | None,
    _optional(
        "--epochs",
        "N",
        "How often to go through the samples; unless given 20, or as often as makes 1,000 steps.",
        parser=whole(1),
    ),
]
BatchSize = Annotated[int, _option("--batch-size", "N", "Samples a step.", parser=whole(1))]
ScriptBatchSize = Annotated[
    int | None,
    _optional("--batch-size", "N", "Samples a step; all at once unless given.", parser=whole(1)),
]
TrainingBatchSize = Annotated[
    int | None,
    _optional(
        "--batch-size",
        "N",
        "Samples a step.",
        parser=whole(1),
        show_default="32, or all where the optimizer takes all",
    ),
]
Patience = Annotated[
    int | None,
    _optional(
        "--patience",
        "N",
        "End after N epochs in which the validation loss did not improve, with the weights of the best one.",
        parser=whole(1),
    ),
]
Seed = Annotated[int, _option("--seed", "N", "Of random numbers.", parser=whole(0))]
Engine = Annotated[
    str,
    _option(
        "--engine",
        "ENGINE",
        "numpy; compiled, as machine code; auto, which compiles long runs.",
        autocompletion=completing.words("auto", "numpy", "compiled"),
    ),
]
Threads = Annotated[
    int | None,
    _optional(
        "--threads",
        "N",
        "Threads of the compiled engine; as many as a step can use unless given.",
        parser=whole(1),
    ),
]

# --- what a training is given besides ---------------------------------------------------------------------

DropoutRate = Annotated[
    float | None,
    _optional(
        "--dropout",
        "RATE",
        "Part of each hidden layer's units that a step leaves out, such as 0.2.",
        parser=number,
    ),
]
WithBatchNorm = Annotated[
    bool, typer.Option("--batch-norm", help="Batch normalization before each hidden activation.")
]
WithLayerNorm = Annotated[
    bool, typer.Option("--layer-norm", help="Layer normalization before each hidden activation.")
]
L1Strength = Annotated[
    float | None, _optional("--l1", "NUMBER", "Strength of a penalty on the sum of all |W|.", parser=number)
]
L2Strength = Annotated[
    float | None,
    _optional("--l2", "NUMBER", "Strength of a penalty on half the sum of all W*W.", parser=number),
]
Clip = Annotated[
    str | None,
    _optional(
        "--clip", "NUMBER", "Largest norm of all gradients together; clip_value:0.5 for the largest entry."
    ),
]
LabelSmoothing = Annotated[
    float | None,
    _optional("--label-smoothing", "NUMBER", "Of the cross-entropy, such as 0.1.", parser=number),
]
Schedule = Annotated[
    str | None,
    _optional(
        "--schedule",
        "NAME",
        "Of the learning rate: cosine, one_cycle, exponential:0.999, step_decay:500 (in steps).",
        autocompletion=completing.parts("Schedule"),
    ),
]
WarmUpSteps = Annotated[
    int | None,
    _optional("--warmup", "N", "Steps over which the learning rate first rises.", parser=whole(1)),
]
ClassWeight = Annotated[
    str | None,
    _optional("--class-weight", "WEIGHTS", "balanced, by which each class counts the same; or no=1,yes=5."),
]
Initializer = Annotated[
    str | None,
    _optional(
        "--initializer",
        "NAME",
        "Of the weights: glorot unless given, he, ...",
        autocompletion=completing.parts("Initializer"),
    ),
]
Augment = Annotated[
    str | None,
    _optional("--augment", "MOVES", "Images moved by chance before each step, such as shift=2,rotation=10."),
]
Config = Annotated[
    str | None,
    _optional(
        "--config",
        "FILE",
        "Options from a TOML file: epochs = 30. Those given here go first.",
        callback=config.read,
        is_eager=True,
    ),
]
Seeds = Annotated[
    int,
    _option(
        "--seeds",
        "N",
        "Train from so many seeds, --seed and the next ones: mean and spread.",
        parser=whole(1, MOST_SEEDS),
    ),
]
Ensemble = Annotated[
    str | None, _optional("--ensemble", "FOLDER", "With --seeds: save each network in this folder.")
]
Log = Annotated[str | None, _optional("--log", "FILE", "Write the figures of each epoch to this .csv.")]

From = Annotated[
    str | None,
    _optional(
        "--from", "MODEL", "Begin with the network of a model's file and its weights; not with a fresh one."
    ),
]
Checkpoint = Annotated[
    str | None,
    _optional(
        "--checkpoint",
        "FOLDER",
        "Keep all that it takes to go on after a kill in this folder, every few seconds.",
    ),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on from the newest checkpoint there, to the same weights; else begin."),
]

# --- what is shown ----------------------------------------------------------------------------------------

ByHand = Annotated[bool, typer.Option("--by-hand", help="Round each line, as with a pencil.")]
Digits = Annotated[
    int | None,
    _optional(
        "--digits",
        "N",
        "Decimals, 6 unless given; by hand significant digits, 3 unless given.",
        parser=whole(1),
    ),
]
Checked = Annotated[
    list[str] | None,
    _argument(
        "FILE",
        "Your program: a .py or an .ipynb. Or your numbers: an .npz or a .json; before it a model's file, if there is "
        "one. Or files or a folder of the course.",
    ),
]
Run = Annotated[
    str | None,
    _optional(
        "--run", "CODE", "Code to run after your program, such as a call of its training, with x and y."
    ),
]
Watch = Annotated[bool, typer.Option("--watch", help="Check your program at every save, until Ctrl-C.")]
ReadPage = Annotated[
    str, _argument("PAGE", "Text, Markdown, LaTeX, HTML or a notebook; - is standard input.")
]
ReadFormat = Annotated[
    str | None,
    _optional(
        "--page-format",
        "FORMAT",
        "What the page is: text, markdown, latex, html or notebook.",
        autocompletion=completing.words("text", "markdown", "latex", "html", "notebook"),
    ),
]
CourseFolder = Annotated[str | None, _argument("FOLDER", "Where to write; course unless given.")]
Solutions = Annotated[str | None, _optional("--solutions", "FOLDER", "Write our solutions to this folder.")]
CountedByHand = Annotated[
    list[str] | None,
    _optional("--by-hand", "NAME=NUMBERS", "Numbers of your own: 'dz1=[-1.2,1.37,0.857]'. Can be repeated."),
]
CheckedDigits = Annotated[
    int | None,
    _optional(
        "--digits",
        "N",
        "Significant digits that your numbers were rounded to; unless given, those that are written.",
        parser=whole(1),
    ),
]
Hint = Annotated[bool, typer.Option("--hint", help="Say where to look, and not what was done.")]
Halves = Annotated[
    str,
    _option(
        "--halves",
        "WHERE",
        "Where halves go by hand: even or up.",
        autocompletion=completing.words("even", "up"),
    ),
]
Depth = Annotated[
    int | None,
    _optional(
        "--depth", "N", "How many levels to go down; as many as stay readable unless given.", parser=whole(0)
    ),
]
PageFormat = Annotated[
    str | None,
    _optional(
        "--format",
        "FORMAT",
        "text, markdown, latex, html or json.",
        autocompletion=completing.words("text", "markdown", "latex", "html", "json"),
    ),
]
Out = Annotated[str | None, _optional("--out", "FILE", "Write to this file instead.")]
ModelOut = Annotated[str | None, _optional("--out", "FILE", "Save the model here.")]
ReportFormat = Annotated[
    str | None,
    _optional("--format", "FORMAT", "text or json.", autocompletion=completing.words("text", "json")),
]
Plots = Annotated[str | None, _optional("--plots", "FOLDER", "Save pictures here.")]
PlotsFormat = Annotated[
    str | None, _optional("--plots-format", "KIND", "What pictures are: png, svg or pdf; png unless given.")
]
Plot = Annotated[str | None, _optional("--plot", "FILE", "Save the curves as this .png, .svg or .pdf.")]
PictureKind = Annotated[str | None, _argument("PICTURE", "Which picture; network unless given.")]
PictureOut = Annotated[str | None, _optional("--out", "FILE", "The file: .png, .svg or .pdf.")]
PictureLayer = Annotated[
    int | None,
    _optional("--layer", "N", "For pca: which hidden layer, from 1; the last unless given.", parser=whole(1)),
]
Backward = Annotated[bool, typer.Option("--backward", help="Draw the network with its gradients.")]
NoTrials = Annotated[
    bool, typer.Option("--no-trials", help="Say what is found at once, and try no fix of it.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress bar.")]

WithData = Annotated[
    bool, typer.Option("--with-data", help="Write the weights and the samples into the script.")
]
Exported = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="KIND",
        help="Which kind of file.",
        show_default=False,
        autocompletion=completing.among(completing.export_kinds),
    ),
]
Beside = Annotated[
    str | None,
    _optional(
        "--weights", "FILE", "With --to numpy: write the weights to this .npz, which the file then reads."
    ),
]

Steps = Annotated[
    str | None, _optional("--steps", "NUMBERS", "These steps of the walk-through alone: 5, or 2-4, or 1,5.")
]
Formulas = Annotated[bool, typer.Option("--formulas", help="The formulas alone, without numbers.")]

# --- worksheets -------------------------------------------------------------------------------------------

Blanks = Annotated[
    str | None,
    _optional(
        "--blanks",
        "NAMES",
        "What is left out: lines such as dz1,dW1 or 5.6, entries such as 'dW1[0, 1]'; all lines unless given.",
    ),
]
Series = Annotated[
    int | None,
    _optional("--series", "N", "So many sheets, each with numbers of its own.", parser=whole(1)),
]
DrawingSeed = Annotated[
    int | None,
    _optional("--seed", "N", "Draw numbers by this seed, 0 unless given; it is printed.", parser=whole(0)),
]
Batch = Annotated[
    int | None, _optional("--batch", "N", "Draw so many samples, 1 unless given.", parser=whole(1))
]
Numbers = Annotated[
    str | None,
    _optional(
        "--numbers",
        "KIND",
        "Draw decimals, of one place, which it is unless given; or integers.",
        autocompletion=completing.words("decimals", "integers"),
    ),
]
Fade = Annotated[
    bool, typer.Option("--fade", help="Give the first cells of each line; each sheet of a series gives less.")
]
SheetDigits = Annotated[
    int, _option("--digits", "N", "Significant digits that each line is rounded to.", parser=whole(1))
]
SamplesAs = Annotated[
    str,
    _option(
        "--samples-as",
        "LAYOUT",
        "rows, as x · W; or columns, as W · x.",
        autocompletion=completing.words("rows", "columns"),
    ),
]
Reduction = Annotated[
    str,
    _option(
        "--reduction",
        "HOW",
        "Of the samples' losses: mean, or sum.",
        autocompletion=completing.words("mean", "sum"),
    ),
]
Key = Annotated[
    str,
    _option(
        "--key",
        "WHERE",
        "Where the keys are: end; apart, in a file NAME-key; or none.",
        autocompletion=completing.words("end", "apart", "none"),
    ),
]
SheetFormat = Annotated[
    str | None,
    _optional(
        "--format",
        "FORMAT",
        "text, markdown, latex, pdf, html, json, moodle, qti or xlsx.",
        autocompletion=completing.words(
            "text", "markdown", "latex", "pdf", "html", "json", "moodle", "qti", "xlsx"
        ),
    ),
]
Graded = Annotated[
    list[str] | None,
    _argument(
        "ANSWERS", "A .json or .csv, or a folder of .json files; before it a model's file, if there is one."
    ),
]
GradedExercise = Annotated[
    str | None,
    _optional("--exercise", "FILE", "What is graded: the .json with keys that chainrule exercise wrote."),
]
Carry = Annotated[
    str,
    _option(
        "--carry",
        "HOW",
        "Points for what is right on own wrong numbers: best; or never.",
        autocompletion=completing.words("best", "never"),
    ),
]
Points = Annotated[
    list[str] | None,
    _optional(
        "--points", "NAME=NUMBER", "Of each blank of a line, or of one: dz1=2; else 1. Can be repeated."
    ),
]
WithAnswers = Annotated[bool, typer.Option("--answers", help="Tell the right numbers, and what was done.")]
GradeFormat = Annotated[
    str | None,
    _optional(
        "--format",
        "FORMAT",
        "text, json, csv or otter.",
        autocompletion=completing.words("text", "json", "csv", "otter"),
    ),
]

# --- comparisons ------------------------------------------------------------------------------------------


def _choices(kind: str, example: str, **settings: Any) -> Any:
    return _optional(f"--{kind}", "NAMES", f"Such as {example}.", **settings)


Optimizers = Annotated[str | None, _choices("optimizers", "sgd,sgd:0.1,adam", autocompletion=OPTIMIZERS)]
Activations = Annotated[str | None, _choices("activations", "relu,tanh,elu:0.5", autocompletion=ACTIVATIONS)]
Losses = Annotated[str | None, _choices("losses", "focal,hinge", autocompletion=LOSSES)]
Initializers = Annotated[
    str | None, _choices("initializers", "glorot,he,normal:1", autocompletion=completing.parts("Initializer"))
]
Regularizers = Annotated[str | None, _choices("regularizers", "none,dropout:0.3")]

# --- the cache --------------------------------------------------------------------------------------------

Clear = Annotated[bool, typer.Option("--clear", help="Delete all of it.")]

# --- benchmarks -------------------------------------------------------------------------------------------

Columns = Annotated[str, _option("--columns", "NAMES", "Of a, a64, b, c, d, e, f.")]
Peers = Annotated[
    str | None,
    _optional(
        "--peers",
        "NAMES",
        "Of numpy, sklearn, torch, torch-compiled, jax, jax-scan; or all. Those that are installed and "
        "quickly ready, unless given.",
    ),
]
Rounds = Annotated[int, _option("--rounds", "N", "How often each is timed.", parser=whole(1))]
BenchThreads = Annotated[int, _option("--threads", "N", "How many each may use.", parser=whole(1))]

# --- the page ---------------------------------------------------------------------------------------------

Opened = Annotated[
    str | None,
    _argument(
        "DATA|MODEL",
        "As for train, or a model's file with --data; else the worked example.",
        autocompletion=completing.samples,
    ),
]
PlayedSizes = Annotated[
    str | None,
    _optional(
        "--hidden",
        "SIZES",
        "Units of the hidden layers, such as 8,8; unless given 4,4 for two features, 32 for more.",
    ),
]
PlayedOptimizer = Annotated[
    str | None,
    _optional(
        "--optimizer",
        "NAME",
        "Its name, such as sgd, momentum or adam, which it is for data.",
        autocompletion=OPTIMIZERS,
    ),
]
PlayedBatchSize = Annotated[
    int | None, _optional("--batch-size", "N", "Samples a step; 32 of data unless given.", parser=whole(1))
]
Port = Annotated[
    int | None,
    _optional(
        "--port", "N", "Where to listen; unless given, the first free one from 8127 on.", parser=whole(0)
    ),
]
Host = Annotated[
    str,
    _option(
        "--host", "ADDRESS", "Which address to listen at; as it is, this machine alone can open the page."
    ),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address, and open no browser.")]
SavedPage = Annotated[
    str | None,
    _optional("--save", "FILE", "Write the page as one .html that needs nothing else, and open none."),
]
