"""A recording as one stream, as parcels carry it: a tar of its manifest, its samples and their keys."""
