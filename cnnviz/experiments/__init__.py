"""Claims about networks, measured: each experiment is a function of arrays and settings that returns plain numbers."""
