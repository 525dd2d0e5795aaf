"""What is stored for ever: events, their transactions, and how they are written."""
