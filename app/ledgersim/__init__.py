"""A stateful simulator of the REST APIs of Aptic, PayEx and Riverty."""

__version__ = "0.1.0"
