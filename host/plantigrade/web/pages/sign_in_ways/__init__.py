"""How I sign in: password with an app, passkeys, recovery codes, and where I am signed in."""
