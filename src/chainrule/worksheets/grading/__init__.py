"""Grades worksheets: each blank by its key, or by its rule on the learner's own numbers before it."""

from chainrule.worksheets.grading.cells import Unread, Written, read_cell
from chainrule.worksheets.grading.grade import grade
from chainrule.worksheets.grading.gradebook import Grades
from chainrule.worksheets.grading.grades import Grade
from chainrule.worksheets.grading.marking import Mark

__all__ = ["Grade", "Grades", "Mark", "Unread", "Written", "grade", "read_cell"]
