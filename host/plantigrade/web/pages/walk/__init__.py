"""One walk: what stood out, what can be done; for clinicians how it was and how sure that is."""
