"""The commands that change what the library holds: tags, notes, people, keys, erasure."""
