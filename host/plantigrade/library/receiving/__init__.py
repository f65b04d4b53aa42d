"""What a clinic takes in: devices that were invited, parcels as they come, recordings that they become."""
