"""One script per promise in the README; each measures against a baseline of the same run."""
