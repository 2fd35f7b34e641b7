"""The start of the benches' app, which Streamlit wants; nobody looks at it."""
