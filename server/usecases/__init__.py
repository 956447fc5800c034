"""The steps of the job: load, decide, save, tell."""
