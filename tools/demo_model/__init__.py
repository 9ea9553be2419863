"""The recipe of the demo recognition model: text and espeak-ng voices in, a Vosk model folder out.

Development only: the product never imports it, and `requirements.txt` beside it lists what it needs on top.
"""
