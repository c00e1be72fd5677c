"""The steps of the journeys, with a module for each part of the story.

A step is a function with the people, who have their browsers, and the organisations as arguments. The whole story and
the single journeys use the same steps.
"""
