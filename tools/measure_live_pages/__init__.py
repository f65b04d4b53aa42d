"""What live pages cost the service, and how late a picture is."""
