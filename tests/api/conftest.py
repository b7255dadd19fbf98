"""A signed-in person's client, and one of nobody."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("person")


@pytest.fixture
def api(person: User) -> APIClient:
    client = APIClient()
    client.force_login(person)
    return client


@pytest.fixture
def stranger() -> APIClient:
    return APIClient()
