"""Settings shared by all tests."""

try:
    from hypothesis import settings
except ImportError:  # the tests that use it say so themselves, see oracles.py
    pass
else:
    # The same examples on every run and every machine: a red test is red again when somebody looks at it.
    settings.register_profile("casebook", derandomize=True, database=None, deadline=None, max_examples=50)
    settings.load_profile("casebook")
