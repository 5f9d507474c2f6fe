"""The race: training steps of chainrule beside what one would use instead, on the same work."""
