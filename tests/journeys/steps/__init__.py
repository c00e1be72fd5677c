"""The steps of the journeys, in one module for each part of the story.

A step is a function whose arguments are the people, who have browsers, and the organisations. The whole story and
the single journeys use the same steps.
"""
