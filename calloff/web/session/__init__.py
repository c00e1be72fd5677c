"""Data of a signed-in session: idle timeout, second step, saved submissions, once-only keys."""
