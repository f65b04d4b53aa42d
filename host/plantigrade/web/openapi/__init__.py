"""What programs can ask for, as an OpenAPI document: made from the pages themselves."""
