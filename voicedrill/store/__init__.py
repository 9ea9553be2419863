"""What is kept: attempts in a SQLite database, recordings in folders by day."""
