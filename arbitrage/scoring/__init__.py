"""How good a flip is: the score of named parts, its reasons, and the simple figures that other tools show."""
