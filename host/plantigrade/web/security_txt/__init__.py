"""`/.well-known/security.txt`: to whom somebody writes who has found a hole (RFC 9116)."""
