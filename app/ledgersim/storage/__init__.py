"""Storage: SQLite databases, cheap in-memory clones, column types, and checks of rows and images from outside.

Everything specific to SQLite lives here. The rest of ledgersim writes portable SQLAlchemy Core statements.
"""
