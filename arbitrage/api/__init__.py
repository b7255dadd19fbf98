"""The API of opportunities and alerts: thin views over the querysets and services that the pages use too."""
