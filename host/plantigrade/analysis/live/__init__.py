"""The analysis of one wearer while frames come in; it says what the analysis of the recording will say."""
