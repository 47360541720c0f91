"""Tests here compare, copy and restore whole worlds, so these hold few people."""

import pytest


@pytest.fixture
def image(small_image: bytes) -> bytes:
    """The world of fresh servers."""
    return small_image
