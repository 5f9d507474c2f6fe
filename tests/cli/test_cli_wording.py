from __future__ import annotations

import pytest

from chainrule.cli.wording import in_options


@pytest.mark.parametrize(
    ("library", "command_line"),
    [
        ("Adam: learning_rate = -1.0 is out of range.", "--lr -1.0 is out of range."),
        ("digits = 0 is out of range: it must be 1 to 15.", "--digits 0 is out of range: it must be 1 to 15."),
        ("batch_size = 0 is out of range.", "--batch-size 0 is out of range."),
        (
            "take output='softmax' (one class of several) or output='sigmoid'",
            "take --output softmax (one class of several) or --output sigmoid",
        ),
        ("take all for names of classes with kind='classification'.",
         "take all for names of classes with --kind classification."),
        ("leave the column out with ignore=['b'], or", "leave the column out with --ignore b, or"),
        ("out with ignore=['a b', 'c, d', \"it's\"].", """out with --ignore 'a b,"c, d",it'"'"'s'."""),
        ("with header=True or header=False.", "with --header or --no-header."),
        ("with delimiter=',' or delimiter=';'.", "with --delimiter , or --delimiter ';'."),
        ("with delimiter='\\t' or decimal='.'.", "with --delimiter '\\t' or --decimal .."),
        ("predict it with target='House Price'.", "predict it with --target 'House Price'."),
        ("decimal = 'x' is no decimal mark: give '.' or ','.", "--decimal x is no decimal mark: give '.' or ','."),
        ("ignore goes with tables alone, not with 'a.npz'. Leave it out.",
         "--ignore goes with tables alone, not with 'a.npz'. Leave it out."),
        ("a folder that you name with data_dir (--data-dir) or the variable CHAINRULE_DATA",
         "a folder that you name with --data-dir or the variable CHAINRULE_DATA"),
        ("dW1[0, 1] = 3 and z1 = 'x' stay as they are", "dW1[0, 1] = 3 and z1 = 'x' stay as they are"),
        ("the first number that is not finite is l[6] = 0.5×(a2[6, 0] - y[6, 0])² = inf.",
         "the first number that is not finite is l[6] = 0.5×(a2[6, 0] - y[6, 0])² = inf."),
    ],
)  # fmt: skip
def test_the_librarys_words_become_options(library, command_line):
    assert in_options(library) == command_line
