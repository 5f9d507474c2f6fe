"""The race: training steps of chainrule beside what one would use instead, on the same work.

Nothing is imported here: a contestant's worker process loads its own library alone.
"""
