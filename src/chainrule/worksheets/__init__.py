"""Worksheets: a step counted by hand of which numbers are left out, with keys, and with what each mistake would give.

An `Exercise` (a page: to_text, to_markdown, …; `.tasks` and `.keys` are the same with one part alone) has `.sheets`.

A `Worksheet` is a reading of a step:

- `record` : the `Record`, samples as rows. With L as a sum it is `record.as_sum()`: the same rules, with 1 for m.
- `conventions` : digits, halves ("even", "up"), samples_as ("rows", "columns"), reduction ("mean", "sum").
- `number`, `count`, `seed` : which sheet it is, and what its numbers were drawn by (None: they were given).
- `told` : the whole step by hand, an `Explanation` in the sheet's layout: `told.values` by name are arrays of Decimal.
- `blanks` : by the name of a line, the entries that are left out, in the sheet's layout: {"dz1": ((0, 0), …)}.
- `cells()` : (name, index) of each blank, in order; `key(name, index)` its right number, a Decimal; `keys` all of
  them, by "dz1[0, 1]".
- `accepted(name, index)` : the numbers that are right in a blank, the key first; the other one is of whoever carries
  all digits on.
- `mistakes` : by line a list of `Made(names, expr, value)`: what each mistake of `check.CATALOGUE` makes of the line,
  the likeliest first; `value` is an array like the line, rounded as it is, and `expr` the edited rule that gives it.
- `hints(name, index)` : {wrong number: [names in the catalogue]} of a blank; `CATALOGUE[name].hint` says where to
  look.
- `untold` : sentences on what its blanks can't tell.
- `tasks`, `key_page` : the sheet with gaps (`notation.GAP`), and its key, each an `Explanation` that any writer takes.

`Worksheet` numbers are those of `trace.explain(arithmetic="by_hand")`; nothing is computed by other means.
"""

from chainrule.worksheets.conventions import Conventions
from chainrule.worksheets.exercise import Exercise
from chainrule.worksheets.make import exercise, of_step
from chainrule.worksheets.mistakes import Made
from chainrule.worksheets.sheet import Worksheet

__all__ = ["Conventions", "Exercise", "Made", "Worksheet", "exercise", "of_step"]
