"""Update an insole: what runs on it, what there is, how far it is, and the way back."""
