"""Sharing: who sees my data, and since when? Invite and withdraw; clinicians take invitations."""
