"""First run: who are you, find both insoles, which is left, zero unloaded, ten steps."""
