"""Faults on purpose, on real processes and real servers. After each of them: nothing lost, nothing done twice.

`python -m tests.faults --seed 1` needs the four servers that `make services` starts, and kills them.
"""
