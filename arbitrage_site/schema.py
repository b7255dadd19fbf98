"""How one operation of the API is described. Imported by every view, so it imports none."""

from drf_spectacular.openapi import AutoSchema


class DescribedSchema(AutoSchema):
    """Operations under the first sentence of what they do, instead of under a made-up name."""

    def get_summary(self) -> str:
        """The first sentence, without its full stop."""
        return str(self.get_description()).partition(".")[0].partition(";")[0].partition(":")[0]
