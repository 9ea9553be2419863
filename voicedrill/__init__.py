"""Voicedrill: an offline, voice-first drill for oral sales exams in Mandarin."""

__version__ = "0.1.0"
