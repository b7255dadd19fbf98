"""The API of opportunities, alerts, survival and what-if: thin views over the querysets and services that the pages use too."""
