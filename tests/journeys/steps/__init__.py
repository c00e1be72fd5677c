"""The steps of the journeys, with one module for each part of the story.

A step is a function whose arguments are the people, each with a browser, and the organisations. The whole story and
the single journeys use the same steps.
"""
