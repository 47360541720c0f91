"""Aptic (CLVR debt collection): the API gateway, with one folder for each resource."""
