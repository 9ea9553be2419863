"""How accurate the scorer is on labelled replies."""
