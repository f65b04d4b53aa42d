"""Who may open the pages: accounts, how they prove themselves, what each may do."""
