"""Nothing confidential lies about in clear."""
