"""What Streamlit draws: the only rooms of the house that import it."""
