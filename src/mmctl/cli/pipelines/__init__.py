"""The files of a pipeline that `mmctl init --ci` writes, for GitHub, GitLab and AWS CodePipeline.

`github.py`, `gitlab.py` and `codebuild.py` fill the templates of `cli/templates/ci`; `written.py`
says what may be written over.
"""
