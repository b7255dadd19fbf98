"""From changed products to opportunities: price all pairs at once, let the lifecycle decide, write rows and events."""
