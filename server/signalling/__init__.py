"""Edge: Socket.IO."""
