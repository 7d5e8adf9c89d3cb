"""A gradebook of learners' notebooks: `python -m helpers.exercises SUBMISSIONS… --csv grades.csv`.

Two processes share the work, so that nothing a learner writes can judge itself. The learner's cells run in a `worker`, with limits, and
stay there. The checks run here, in the grader, which never runs a learner's code: it asks the worker for the values of the answers, as
plain data, and for what the answers' functions return (`wire`, `process`). `submission` brings a learner's cells into the order of
the project's own notebook, `judge` goes through them, `collect` finds the notebooks and whose they are, `gradebook` writes the tables.
"""
