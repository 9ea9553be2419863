"""Operational errors: what a user can meet and mend. Programmer errors stay ordinary Python exceptions.

VoiceDrillError
├── UsageError          the command line asks for something that does not exist (exit 2)
├── SettingsError       the settings file cannot be read or written
├── ContentError        a pack, profile or rubric cannot be read or is not valid
├── AudioError          an audio file or device cannot be read, written or opened
├── SpeechError         synthesis or recognition fails
│   └── ModelError      a recognition model is missing, damaged or of another language
└── StoreError          the database or the recordings folder cannot be used

A message says what, which value, and what to do next, in one line. The CLI prints it on stderr and exits 1.
"""

from __future__ import annotations

from voicedrill.core.bilingual import Bilingual, Language


class VoiceDrillError(Exception):
    """Base of all errors shown to a user, with its message in both languages."""

    exit_code = 1

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = Bilingual(zh, en)

    def to(self, language: Language) -> str:
        """The one-line message in that language."""
        return " ".join(self.message.to(language).split())


class UsageError(VoiceDrillError):
    """What was asked for does not exist: an unknown id, name or option value."""

    exit_code = 2


class SettingsError(VoiceDrillError):
    """The settings file cannot be read or written."""


class ContentError(VoiceDrillError):
    """A pack, profile or rubric cannot be read or is not valid."""


class AudioError(VoiceDrillError):
    """An audio file or device cannot be read, written or opened."""


class SpeechError(VoiceDrillError):
    """Synthesis or recognition failed."""


class ModelError(SpeechError):
    """A recognition model is missing, damaged or of another language."""


class StoreError(VoiceDrillError):
    """The database or the recordings folder cannot be used."""
