"""The virtual body: forces under the feet, recorded or made."""

from plantigrade.twin.body.conditions import CATALOGUE, Condition, parse_condition
from plantigrade.twin.body.day import Segment, live_through, make_forces, ordinary_day
from plantigrade.twin.body.feed import read_feed, write_feed, write_motion_feed
from plantigrade.twin.body.person import Person, Shoe, another_day, draw_person
from plantigrade.twin.body.standing import stand, stand_on_each_leg
from plantigrade.twin.body.walk import ForceWalk, load_walk, on_the_bench, read_gaitpdb
from plantigrade.twin.body.walking import VirtualWalk, walk

__all__ = [
    "CATALOGUE",
    "Condition",
    "ForceWalk",
    "Person",
    "Segment",
    "Shoe",
    "VirtualWalk",
    "another_day",
    "draw_person",
    "live_through",
    "load_walk",
    "make_forces",
    "on_the_bench",
    "ordinary_day",
    "parse_condition",
    "read_feed",
    "read_gaitpdb",
    "stand",
    "stand_on_each_leg",
    "walk",
    "write_feed",
    "write_motion_feed",
]
