"""The seeded world that every space starts from: its definition in `seed/`, people, and the user's fixtures.

Each vendor adds its own part; nothing here knows a vendor.
"""
