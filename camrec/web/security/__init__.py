"""What protects the server: guards, rate limits, security headers, and the guarded server."""
