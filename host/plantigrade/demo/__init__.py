"""The main job from end to end on one computer: `plantigrade demo`."""
