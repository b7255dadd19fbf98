"""The event log: facts at places, read by groups. Writing is always SQL; reading is SQL or Kafka."""
