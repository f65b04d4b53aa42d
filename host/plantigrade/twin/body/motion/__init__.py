"""The virtual body's feet in motion: where they go, what a motion sensor on them feels, what is true of a
stride."""

from plantigrade.twin.body.motion.course import STRAIGHT, Course, Slope, Stairs, Turn, there_and_back
from plantigrade.twin.body.motion.habits import Habits, draw_habits
from plantigrade.twin.body.motion.inertial import Inertial
from plantigrade.twin.body.motion.moving import FootMotion, WalkMotion, move
from plantigrade.twin.body.motion.truth import TrueStrides

__all__ = [
    "STRAIGHT",
    "Course",
    "FootMotion",
    "Habits",
    "Inertial",
    "Slope",
    "Stairs",
    "TrueStrides",
    "Turn",
    "WalkMotion",
    "draw_habits",
    "move",
    "there_and_back",
]
