"""Scenarios and assumption tables: declarative only, no logic lives here."""
