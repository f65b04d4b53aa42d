"""At home: clinics that a person's recordings go to, and what became of each recording on its way."""
