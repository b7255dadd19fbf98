"""The consumer loop: polls a batch, lets a consumer prepare it, commits effects and positions in one transaction."""
