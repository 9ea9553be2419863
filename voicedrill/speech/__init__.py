"""Speech: synthesis (pyttsx3) and recognition (Vosk) with its models."""
