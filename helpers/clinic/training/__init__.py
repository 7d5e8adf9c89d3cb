"""A run that does not learn, under examination.

`budget`, `first_call` (what may it cost, and are its gradients right) → `runs`, `seen`, `symptoms` (one run, measured) → `cause`,
`start_causes`, `step_causes` (what its measurements accuse) → `changes` (one thing at a time) → `causes` (what the experiments say of the
accused) → `examination`, `report`.
"""
