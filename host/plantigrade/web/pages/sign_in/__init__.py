"""Sign in: who am I here? By passkey, or by password and the code of an app."""
