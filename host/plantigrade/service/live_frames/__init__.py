"""Forces of the insoles as they come, for pages that show them: only while somebody looks."""
