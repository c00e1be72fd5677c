"""Data about a session in which a person is signed in: the idle timeout, second step, saved forms and once-only
keys.
"""
