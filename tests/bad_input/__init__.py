"""What is wrong with what comes in, by where it comes from: each case by the way a person meets it.

Every test asks three things: which sentence is shown, that nothing is lost, and that no trace is shown.
"""
