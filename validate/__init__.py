"""What `make validate` holds: files of compose, image, shell, YAML and API by the tools made for them.

A tool that is missing fails here; nothing is left out quietly.
"""
