"""The whole job by clicking, in real browsers, against a real server."""
