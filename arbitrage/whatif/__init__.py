"""A scenario over the whole list: what every flip would earn under other terms, without saving anything."""
