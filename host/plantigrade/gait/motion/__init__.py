"""How far, how fast and at which angle the foot moves, from the acceleration and rotation of its insole.

A foot on the ground stands still for some tenths of a second in each stance. There gravity tells how the
sensor lies, and its velocity is zero; between two such instants the swing is integrated twice, and what does
not come out at zero is taken off where it arose (`stride_kernel`). docs/explanation/motion.md says why and
how well.
"""
