"""`/.well-known/security.txt`: to whom somebody writes who has found a vulnerability (RFC 9116)."""
