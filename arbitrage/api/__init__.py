"""The API of opportunities, alerts, survival and what-if: thin views over what the pages use too."""
