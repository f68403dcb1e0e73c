"""The way of a change from environment to environment, as a pipeline goes it.

`stages.py` reads it from the project; `codepipeline.py` is the pipeline in AWS as a template.
"""
