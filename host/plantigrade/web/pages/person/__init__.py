"""`/people/CODE`: how is the course of one person, and what was decided?"""
