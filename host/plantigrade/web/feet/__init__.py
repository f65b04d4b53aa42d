"""The insole as live pages draw it: outline, sensors, and what a map between the sensors needs."""
