"""Small tools without mathematics: rows of an array some at a time, files written whole or not at all."""
