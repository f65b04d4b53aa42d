"""Where homes and phones send parcels: tus uploads, invitations, receipts. docs/reference/parcels.md."""
