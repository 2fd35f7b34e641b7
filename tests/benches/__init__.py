"""Pages with one component alone, to try it in a browser: what is drawn on each, and the means to say it in Python too.

One app for all of them, served once for each process of tests: /stages, /volumes and /digit.
"""
