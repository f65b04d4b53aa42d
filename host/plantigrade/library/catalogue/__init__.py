"""The catalogue: people, insoles and recordings in a database, and all questions to it."""
