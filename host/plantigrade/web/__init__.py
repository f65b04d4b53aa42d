"""The pages that patients, clinicians and engineers open: one folder a page, and what all pages share."""
