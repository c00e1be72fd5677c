"""Data about a signed-in session: the idle timeout, second step, saved submissions and once-only keys."""
