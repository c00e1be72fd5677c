"""What people do in the journeys, a module for each act of the story.

A step is a function whose arguments are who does it, with a browser each, and at which houses. So the whole story and
the single journeys walk the same steps.
"""
