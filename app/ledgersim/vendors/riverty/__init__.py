"""Riverty (formerly AfterPay): the customer account API."""
