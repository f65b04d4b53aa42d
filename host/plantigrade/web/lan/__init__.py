"""The pages for the home network: over TLS, with a certificate that is good for this computer alone."""
