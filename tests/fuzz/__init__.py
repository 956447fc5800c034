"""Broken STUN, DTLS, RTP, RTCP and SDP against the real guard and the real parsers."""
