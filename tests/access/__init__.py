"""Who may do what, asked of the running site for every route and every live request."""
