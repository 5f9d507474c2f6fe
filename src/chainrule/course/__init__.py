"""A course: small files with gaps, from the forward pass to a network that reads digits, each marked line by line."""

from chainrule.course.chapters import CHAPTERS, Chapter
from chainrule.course.files import found, is_course, write_course, write_solutions
from chainrule.course.marking import Marked, mark_file
from chainrule.course.marks import Mark

__all__ = [
    "CHAPTERS",
    "Chapter",
    "Mark",
    "Marked",
    "found",
    "is_course",
    "mark_file",
    "write_course",
    "write_solutions",
]
