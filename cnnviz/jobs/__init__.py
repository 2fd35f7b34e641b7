"""Long work in a process of its own, which lives as long as somebody looks at it.

worker.py    the process as whoever started it sees it: its start, its heart, its end
child.py     what runs in it
messages.py  what goes between the two
"""
