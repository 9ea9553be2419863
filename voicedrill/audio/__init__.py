"""Audio: files in and out, the devices that play and capture, voice activity."""
