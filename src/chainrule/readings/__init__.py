"""The readings of a program: each file reads it for one purpose, or writes what another one read."""
