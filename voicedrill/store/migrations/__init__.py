"""Alembic migrations, oldest first; they travel in the wheel and run when an older database is opened."""
