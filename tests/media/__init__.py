"""The media plane, tested with stock aiortc peer connections as phones, over loopback."""
