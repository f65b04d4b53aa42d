"""`/people`: who needs me today?"""
