"""The virtual body: forces under the feet, recorded or made."""

from plantigrade.twin.body.feed import read_feed, write_feed
from plantigrade.twin.body.walk import ForceWalk, load_walk, read_gaitpdb

__all__ = ["ForceWalk", "load_walk", "read_feed", "read_gaitpdb", "write_feed"]
