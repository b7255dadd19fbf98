"""The pipeline page and the pulse."""

from django.urls import path

from ingestion import views

urlpatterns = [
    path("pipeline/", views.pipeline, name="pipeline"),
    path("ui/pipeline", views.pipeline_panel, name="ui-pipeline"),
    path("ui/pulse", views.pulse, name="ui-pulse"),
]
