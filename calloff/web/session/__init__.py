"""Data about a signed-in session: the idle timeout, the second step, saved submissions and once-only keys."""
