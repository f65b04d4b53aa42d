"""What was decided for a finding, and whether the person's days changed since."""
