"""Facts for other programs: events and states over MQTT. Off until a settings file asks for it."""
